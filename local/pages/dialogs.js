import { button, element } from "./dom.js";

/** Shows a dialog over the page, named by its heading; it is gone when it is closed. */
export function openDialog(name, className, ...children) {
  const dialog = element("dialog", { class: className, "aria-label": name }, ...children);
  dialog.addEventListener("close", () => dialog.remove());
  // A click beside it, on the backdrop, closes it.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Asks before something is done that cannot be taken back.
 *
 * Resolves to null if it shall not be done, else to the reason given, which is "" where none is asked for.
 */
export function ask(question, details, { yes, no, reason }) {
  return new Promise((resolve) => {
    const field = element("input", { type: "text", maxlength: 500, value: reason ?? "" });
    const agree = () => {
      resolve(field.value);
      dialog.close();
    };
    const dialog = openDialog(
      question,
      "question",
      element("h2", {}, question),
      element("p", {}, details),
      reason === undefined ? null : element("label", { class: "field" }, element("span", {}, "Reason"), field),
      element(
        "div",
        { class: "choices" },
        button(no, () => dialog.close(), { autofocus: true }),
        button(yes, agree, { class: "danger" }),
      ),
    );
    dialog.addEventListener("close", () => resolve(null));
  });
}
