import { button, element } from "./dom.js";
import { clock, readTime } from "./times.js";

const EMOJIS = ["👍", "❤️", "😂"];
const DELETED = "Message deleted";
// So long can a message be edited, and be deleted for both.
const CHANGEABLE = 15 * 60_000;
const STATE = { sent: ["✓", "Sent"], read: ["✓✓", "Read"] };

/**
 * A message in the log: its text, what it answers, its files, the emojis on it, and what can be done with it.
 *
 * `pane` has ownId, message(seq), reply(message), edit(message), act(event, data) and mostRead().
 */
export class Bubble {
  #pane;
  #message;
  root;

  constructor(message, pane) {
    this.#pane = pane;
    this.#message = message;
    this.root = element("li", { class: this.#isMine ? "mine" : "theirs" });
    this.#draw();
  }

  get #isMine() {
    return this.#message.created_by?.id === this.#pane.ownId;
  }

  get #isGone() {
    return Boolean(this.#message.deleted_at || this.#message.hidden);
  }

  /** Takes what is newer: of two changes the one with the higher number is true. */
  change(change) {
    if (change.change_seq < (this.#message.change_seq ?? 0)) return;
    Object.assign(this.#message, change);
    this.#draw();
  }

  /** Shows how far the other person has read. */
  mark() {
    const tick = this.root.querySelector(".tick");
    if (!tick) return;
    const [sign, name] = STATE[this.#message.seq <= this.#pane.mostRead() ? "read" : "sent"];
    tick.textContent = sign;
    tick.setAttribute("aria-label", name);
  }

  #draw() {
    const { body, created_by: author, seq } = this.#message;
    this.root.dataset.seq = seq;
    this.root.replaceChildren(
      element("span", { class: "visually-hidden" }, `${author?.first_name ?? "A deleted account"}: `),
      ...this.#quote(),
      ...(body || this.#isGone ? [element("p", { dir: "auto", class: this.#isGone && "gone" }, this.#isGone ? DELETED : body)] : []),
      ...this.#files(),
      this.#foot(),
      ...this.#reactions(),
    );
    this.mark();
  }

  #quote() {
    const answered = this.#message.reply_to && this.#pane.message(this.#message.reply_to);
    return answered && !this.#isGone ? [element("blockquote", { dir: "auto" }, answered.body || "A file")] : [];
  }

  #files() {
    if (this.#isGone) return [];
    return (this.#message.attachments ?? []).map(({ name, url, thumbnail }) => {
      const shown = thumbnail ? element("img", { src: thumbnail, alt: "", loading: "lazy" }) : name;
      return element("a", { class: "file", href: url, "aria-label": name, target: "_blank", rel: "noopener" }, shown);
    });
  }

  #foot() {
    const moment = readTime(this.#message.created_at);
    const edited = this.#message.edited_at && !this.#isGone ? element("span", { class: "note" }, "edited") : null;
    const tick = this.#isMine && !this.#isGone ? element("span", { class: "tick", role: "img" }) : null;
    const time = element("time", { datetime: moment.toISOString() }, clock(moment));
    return element("div", { class: "foot" }, edited, time, tick, this.#isGone ? null : this.#menu());
  }

  #reactions() {
    if (this.#isGone || !this.#message.reactions?.length) return [];
    const shown = this.#message.reactions.map(({ emoji, users }) => {
      const isOn = users.includes(this.#pane.ownId);
      const label = `${emoji} ${users.length}`;
      return button(label, () => this.#react(emoji, !isOn), { class: "reaction", "aria-pressed": String(isOn) });
    });
    return [element("div", { class: "reactions" }, ...shown)];
  }

  #react(emoji, on) {
    this.#pane.act("react", { seq: this.#message.seq, emoji, on });
  }

  /** What can be done with the message. */
  #menu() {
    const { seq, body } = this.#message;
    const isFresh = Date.now() - readTime(this.#message.created_at) < CHANGEABLE;
    const close = () => menu.removeAttribute("open");
    const item = (text, action) => button(text, () => (close(), action()), { class: "quiet" });
    const choices = [
      item("Reply", () => this.#pane.reply(this.#message)),
      ...EMOJIS.map((emoji) => item(emoji, () => this.#react(emoji, true))),
      this.#isMine && isFresh && body ? item("Edit", () => this.#pane.edit(this.#message)) : null,
      item(this.#isMine && isFresh ? "Delete" : "Hide", () => this.#pane.act("delete_message", { seq })),
    ];
    const summary = element("summary", { "aria-label": `More about: ${(body || "a file").slice(0, 40)}` }, "⋯");
    const menu = element("details", { class: "menu" }, summary, element("div", { class: "choices" }, ...choices));
    return menu;
  }
}
