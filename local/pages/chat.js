import { follow } from "./account.js";
import { Conversation } from "./conversation.js";
import { avatar, button, element, showState } from "./dom.js";
import { SignedOut, explain } from "./errors.js";
import { clock, dayName, readTime } from "./times.js";

const NOT_SENT = { throttled: "Not sent: too many messages at once", bad_message: "Not sent: the server refused it" };
const PICTURE = "/static/media/uploads/user/default.jpg";
// Somebody who has scrolled further up is reading, and is not moved when a message comes.
const NEAR_THE_END = 80;

/** One side of the chat: the conversation of an account with the other, while the account is signed in. */
export class ChatPane {
  #account;
  #partner;
  #conversation = null;
  #day = "";
  #unsent = new Map();
  #avatar = avatar(PICTURE, 36);
  #state = element("p", { class: "pill", role: "status" });
  #problem = element("p", { class: "error", role: "alert" });
  #stored = element("ol", { class: "messages stored" });
  #waiting = element("ol", { class: "messages unsent", "aria-live": "off" });
  #log;
  #field;
  #form;

  constructor(account, partner) {
    this.#account = account;
    this.#partner = partner;
    const name = account.firstName;
    const label = `Messages as ${name} sees them`;
    this.#log = element(
      "div",
      { class: "log", role: "log", "aria-live": "polite", "aria-label": label, tabindex: 0 },
      this.#stored,
      this.#waiting,
    );
    const hint = `Write to ${partner.first_name}`;
    this.#field = element("textarea", { rows: 1, maxlength: 8000, placeholder: hint, "aria-label": `Message from ${name}` });
    const send = element("button", { type: "submit", class: "primary", "aria-label": `Send as ${name}` }, "Send");
    this.#form = element("form", { class: "compose" }, this.#field, send);
    const who = element("div", { class: "who" }, element("h3", {}, account.name), element("p", {}, account.demo.role));
    this.root = element(
      "article",
      { class: "pane", "aria-label": `Chat as ${account.name}` },
      element("header", { class: "pane-head" }, this.#avatar, who, this.#state),
      this.#problem,
      this.#log,
      this.#form,
    );
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#field.addEventListener("keydown", (event) => this.#submitByEnter(event));
    follow(account, () => this.#open(), () => this.#leave());
  }

  async #open() {
    this.root.hidden = false;
    this.#problem.textContent = "";
    this.state("connecting");
    try {
      // Answers the conversation that is there, else a new one; the caller is the first of its users.
      const other = { users: [{ id: this.#partner.id }] };
      const { id, users } = await this.#account.call("POST", "/api/chat/conversation/", { body: other });
      if (this.#account.isSignedIn) this.#enter(id, users[0]);
    } catch (error) {
      if (!(error instanceof SignedOut)) this.#problem.textContent = explain(error);
    }
  }

  #enter(id, { profile_image: picture }) {
    this.#conversation?.leave();
    this.#avatar.src = picture;
    this.#stored.replaceChildren();
    this.#waiting.replaceChildren();
    this.#day = "";
    this.#unsent.clear();
    this.#conversation = new Conversation(this.#account, id, this);
  }

  #leave() {
    this.root.hidden = true;
    this.#conversation?.leave();
    this.#conversation = null;
  }

  #submitByEnter(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #submit(event) {
    event.preventDefault();
    const field = this.#field;
    if (!field.value.trim()) return;
    this.#conversation?.say(field.value);
    field.value = "";
  }

  // What the conversation calls.

  state(name) {
    showState(this.#state, name);
  }

  show(messages) {
    this.#append(this.#stored, messages.flatMap((message) => this.#lines(message)));
  }

  showUnsent(id, body) {
    const line = bubble("mine unsent-line", "You", body, element("span", { class: "note" }, "Sending"));
    this.#unsent.set(id, line);
    this.#append(this.#waiting, [line], { follow: true });
  }

  sent(id) {
    this.#unsent.get(id)?.remove();
    this.#unsent.delete(id);
  }

  refused(id, body, code) {
    const resend = () => {
      this.sent(id);
      this.#conversation?.say(body);
    };
    const again = button("Try again", resend, { class: "quiet" });
    const note = element("span", { class: "note", role: "alert" }, NOT_SENT[code] ?? "Not sent");
    this.#unsent.get(id)?.replaceChildren(...bubble("", "You", body, note, again).children);
  }

  /** A message, and above it the day if it is the first of one. */
  #lines({ body, created_at: createdAt, created_by: author }) {
    const moment = readTime(createdAt);
    const side = author?.id === this.#account.demo.id ? "mine" : "theirs";
    const time = element("time", { datetime: moment.toISOString() }, clock(moment));
    const line = bubble(side, author?.first_name ?? "A deleted account", body, time);
    const day = dayName(moment);
    if (day === this.#day) return [line];
    this.#day = day;
    return [element("li", { class: "day" }, day), line];
  }

  #append(list, lines, { follow = false } = {}) {
    const log = this.#log;
    const isAtTheEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_THE_END;
    list.append(...lines);
    if (isAtTheEnd || follow) log.scrollTop = log.scrollHeight;
  }
}

function bubble(kind, author, body, ...more) {
  const name = element("span", { class: "visually-hidden" }, `${author}: `);
  return element("li", { class: kind }, name, element("p", { dir: "auto" }, body), ...more);
}
