import { button, element, labelled } from "./dom.js";
import { Cancelled } from "./errors.js";

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
 * Shows in a dialog what `build(finish, cancel)` makes: `finish(answer)` closes it, as does the button `cancel`.
 *
 * Resolves to the answer; throws Cancelled if it was closed without.
 */
export function answered(title, build) {
  return new Promise((resolve, reject) => {
    const finish = (answer) => {
      resolve(answer);
      dialog.close();
    };
    const cancel = button("Cancel", () => dialog.close());
    const dialog = openDialog(title, "question", element("h2", {}, title), ...build(finish, cancel));
    dialog.addEventListener("close", () => reject(new Cancelled()));
  });
}

/**
 * Asks before something is done that cannot be taken back.
 *
 * Resolves to null if it shall not be done, else to the reason given, which is "" where none is asked for.
 */
export async function ask(question, details, { yes, no, reason, isReasonNeeded = false }) {
  const field = reasonField(reason ?? "", isReasonNeeded);
  const fields = reason === undefined ? [] : [labelled("Reason", field)];
  return (await isAgreed(question, details, fields, { no, yes: button(yes, () => {}, { class: "danger" }) }))
    ? field.value
    : null;
}

/** Asks for another time and the reason for it; resolves to null if it shall not be done. */
export async function askForTime(question, details, { yes, no, reason, start }) {
  const [time, why] = [element("input", { type: "datetime-local", required: true, value: start }), reasonField(reason)];
  const fields = [labelled("New time", time), labelled("Reason", why)];
  const answers = { no, yes: button(yes, () => {}, { class: "primary" }) };
  return (await isAgreed(question, details, fields, answers)) ? { start: time.value, reason: why.value } : null;
}

function reasonField(value, required = false) {
  return element("input", { type: "text", maxlength: 500, value, required });
}

/** Whether the button `yes` was pressed while all fields held what they must. */
function isAgreed(question, details, fields, { yes, no }) {
  return new Promise((resolve) => {
    const dialog = openDialog(
      question,
      "question",
      element("h2", {}, question),
      element("p", {}, details),
      ...fields,
      element("div", { class: "choices" }, button(no, () => dialog.close(), { autofocus: true }), yes),
    );
    yes.addEventListener("click", () => {
      if (![...dialog.querySelectorAll("input")].every((field) => field.reportValidity())) return;
      resolve(true);
      dialog.close();
    });
    dialog.addEventListener("close", () => resolve(false));
  });
}
