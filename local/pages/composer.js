import { button, element, setHidden } from "./dom.js";
import { explain } from "./errors.js";

const TYPES = "image/*,application/pdf,text/plain,.docx,.xlsx,.pptx,.odt,.ods,.odp";
// Others hear that somebody types this often.
const TYPING = 3_000;
const NOT_OPEN = "The conversation is not open yet. Try again in a moment.";

/**
 * Where a message is written: a new one, an answer, another text for one that was sent, a file.
 *
 * `on` has isOpen(), say(body, more), edit(seq, body), typing() and upload(file).
 */
export class Composer {
  #on;
  #field;
  #context = element("div", { class: "context", hidden: true });
  #about = element("span", { dir: "auto" });
  #problem = element("p", { class: "error", role: "alert" });
  #file = element("input", { type: "file", accept: TYPES, hidden: true, "aria-label": "A file" });
  #replyTo = null;
  #editing = null;
  #typedAt = 0;
  root;

  constructor(name, partner, on) {
    this.#on = on;
    const hint = `Write to ${partner}`;
    this.#field = element("textarea", { rows: 1, maxlength: 8000, placeholder: hint, "aria-label": `Message from ${name}` });
    const attach = button("📎", () => this.#file.click(), { class: "quiet", "aria-label": `Attach a file as ${name}` });
    const send = element("button", { type: "submit", class: "primary", "aria-label": `Send as ${name}` }, "Send");
    this.#context.append(this.#about, button("Never mind", () => this.#reset(), { class: "quiet" }));
    this.root = element(
      "form",
      { class: "compose" },
      this.#context,
      this.#problem,
      element("div", { class: "line" }, attach, this.#file, this.#field, send),
    );
    this.root.addEventListener("submit", (event) => this.#submit(event));
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#field.addEventListener("input", () => this.#tell());
    this.#file.addEventListener("change", () => this.#upload());
  }

  reply({ seq, body }) {
    this.#reset();
    this.#replyTo = seq;
    this.#show(`Reply to: ${body || "a file"}`);
  }

  edit({ seq, body }) {
    this.#reset();
    this.#editing = seq;
    this.#field.value = body;
    this.#show("Edit your message");
  }

  complain(text) {
    this.#problem.textContent = text;
  }

  #show(text) {
    this.#about.textContent = text;
    this.#context.hidden = false;
    this.#field.focus();
  }

  #reset() {
    if (this.#editing !== null) this.#field.value = "";
    this.#replyTo = this.#editing = null;
    setHidden(this.#context, true, this.#field);
    this.complain("");
  }

  #key(event) {
    if (event.key === "Escape") this.#reset();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.root.requestSubmit();
  }

  #submit(event) {
    event.preventDefault();
    const body = this.#field.value;
    if (!body.trim()) return;
    if (!this.#on.isOpen()) return this.complain(NOT_OPEN);
    if (this.#editing !== null) this.#on.edit(this.#editing, body);
    else this.#on.say(body, this.#replyTo === null ? {} : { reply_to: this.#replyTo });
    this.#field.value = "";
    this.#reset();
  }

  #tell() {
    if (Date.now() - this.#typedAt < TYPING || !this.#field.value) return;
    this.#typedAt = Date.now();
    this.#on.typing();
  }

  async #upload() {
    const [file] = this.#file.files;
    this.#file.value = "";
    if (!file) return;
    if (!this.#on.isOpen()) return this.complain(NOT_OPEN);
    this.complain("");
    try {
      await this.#on.upload(file);
    } catch (error) {
      this.complain(explain(error));
    }
  }
}
