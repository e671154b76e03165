import { element } from "./dom.js";
import { explain } from "./errors.js";

/** A form that does `work` when it is submitted, one thing at a time, and says what is wrong. */
export class Form {
  #problem = element("p", { class: "error", role: "alert" });
  #isBusy = false;

  constructor(name, work, ...children) {
    this.root = element("form", { class: "form", "aria-label": name }, ...children, this.#problem);
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.act(work);
    });
  }

  /** Does what another of its buttons is for. */
  async act(work) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#problem.textContent = "";
    try {
      await work();
    } catch (error) {
      this.#problem.textContent = explain(error);
    } finally {
      this.#isBusy = false;
    }
  }
}

export function submit(text) {
  return element("button", { type: "submit", class: "primary" }, text);
}

/** Where a second factor is typed. */
export function codeInput() {
  return element("input", { autocomplete: "one-time-code", maxlength: 64, required: true });
}
