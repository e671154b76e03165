import { follow } from "./session.js";
import { Bubble } from "./bubble.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { avatar, button, element, showState } from "./dom.js";
import { SignedOut, explain, meaning } from "./errors.js";
import { dayName, readTime } from "./times.js";

const NOT_SENT = {
  throttled: "Not sent: too many messages at once",
  bad_message: "Not sent: the server refused it",
  blocked: "Not sent: one of you has blocked the other",
};
const PICTURE = "/static/media/uploads/user/default.jpg";
// Somebody who has scrolled further up is reading, and is not moved when a message comes.
const NEAR_THE_END = 80;
const TYPING_FADES = 6_000;

/** One side of the chat: the conversation of an account with the other, while the account is signed in. */
export class ChatPane {
  #account;
  #partner;
  #conversation = null;
  #day = "";
  #bubbles = new Map();
  #messages = new Map();
  #unsent = new Map();
  #partnerRead = 0;
  #unseen = 0;
  #fading = null;
  #avatar = avatar(PICTURE, 36);
  #state = element("p", { class: "pill", role: "status" });
  #unread = element("p", { class: "pill unread", role: "status", hidden: true });
  #typing = element("p", { class: "typing", "aria-live": "polite" });
  #problem = element("p", { class: "error", role: "alert" });
  #stored = element("ol", { class: "messages stored" });
  #waiting = element("ol", { class: "messages unsent", "aria-live": "off" });
  #log;
  #composer;

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
    this.#composer = new Composer(name, partner.first_name, {
      isOpen: () => this.#conversation !== null,
      say: (body, more) => this.#conversation?.say(body, more),
      edit: (seq, body) => this.act("edit_message", { seq, body }),
      typing: () => this.act("typing"),
      upload: (file) => this.#conversation?.upload(file),
    });
    const who = element("div", { class: "who" }, element("h3", {}, account.name), element("p", {}, account.demo.role));
    this.root = element(
      "article",
      { class: "pane", "aria-label": `Chat as ${account.name}` },
      element("header", { class: "pane-head" }, this.#avatar, who, this.#unread, this.#state),
      this.#problem,
      this.#log,
      this.#typing,
      this.#composer.root,
    );
    this.#log.addEventListener("scroll", () => this.#see());
    this.#log.addEventListener("keydown", (event) => this.#move(event));
    document.addEventListener("visibilitychange", () => this.#see());
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
    for (const each of [this.#unsent, this.#bubbles, this.#messages]) each.clear();
    this.#conversation = new Conversation(this.#account, id, this);
    this.#askWhatIsRead(id);
  }

  async #askWhatIsRead(id) {
    const { results } = await this.#account.call("GET", "/api/chat/me/conversations/?page_size=100").catch(() => ({ results: [] }));
    this.read(this.#partner.id, results.find((each) => each.id === id)?.partner_read_seq ?? 0);
  }

  #leave() {
    this.root.hidden = true;
    this.#conversation?.leave();
    this.#conversation = null;
  }

  get #isAtTheEnd() {
    const log = this.#log;
    return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_THE_END;
  }

  /** One menu of the log is reached by Tab, the others from there by the arrows: a long history is passed fast. */
  #move(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const menus = [...this.#stored.querySelectorAll("summary")];
    const next = menus[menus.indexOf(event.target) + step];
    if (!step || !menus.includes(event.target) || !next) return;
    event.preventDefault();
    this.#reach(next);
    next.focus();
  }

  #reach(menu = [...this.#stored.querySelectorAll("summary")].at(-1)) {
    this.#stored.querySelectorAll("summary").forEach((each) => (each.tabIndex = each === menu ? 0 : -1));
  }

  /** What is at the end of the log has been seen, if the page is. */
  #see() {
    if (document.hidden || !this.#isAtTheEnd) return;
    this.#conversation?.markRead();
    this.#countUnseen(0);
  }

  #countUnseen(number) {
    this.#unseen = number;
    this.#unread.hidden = number === 0;
    this.#unread.textContent = `${number} unread`;
  }

  // What bubbles call.

  get ownId() {
    return this.#account.demo.id;
  }

  message(seq) {
    return this.#messages.get(seq);
  }

  mostRead() {
    return this.#partnerRead;
  }

  reply(message) {
    this.#composer.reply(message);
  }

  edit(message) {
    this.#composer.edit(message);
  }

  act(event, data) {
    this.#conversation?.act(event, data);
  }

  // What the conversation calls.

  state(name) {
    showState(this.#state, name);
  }

  show(messages) {
    const isFirst = this.#messages.size === 0;
    this.#append(this.#stored, messages.flatMap((message) => this.#lines(message)));
    const received = messages.filter(({ created_by: author }) => author?.id !== this.ownId);
    if (received.length) this.#typing.textContent = "";
    this.#reach();
    if (!isFirst) this.#countUnseen(this.#unseen + received.length);
    this.#see();
  }

  change(change) {
    this.#bubbles.get(change.seq)?.change(change);
    this.#reach();
  }

  read(user, seq) {
    if (user !== this.#partner.id) return;
    this.#partnerRead = Math.max(this.#partnerRead, seq);
    this.#bubbles.forEach((each) => each.mark());
  }

  typing(user) {
    if (user !== this.#partner.id) return;
    this.#typing.textContent = `${this.#partner.first_name} is typing …`;
    clearTimeout(this.#fading);
    this.#fading = setTimeout(() => (this.#typing.textContent = ""), TYPING_FADES);
  }

  complain(code) {
    this.#composer.complain(meaning(code));
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
  #lines(message) {
    this.#messages.set(message.seq, message);
    const line = new Bubble(message, this);
    this.#bubbles.set(message.seq, line);
    const day = dayName(readTime(message.created_at));
    if (day === this.#day) return [line.root];
    this.#day = day;
    return [element("li", { class: "day" }, day), line.root];
  }

  #append(list, lines, { follow = false } = {}) {
    const isAtTheEnd = this.#isAtTheEnd;
    list.append(...lines);
    if (isAtTheEnd || follow) this.#log.scrollTop = this.#log.scrollHeight;
  }
}

function bubble(kind, author, body, ...more) {
  const name = element("span", { class: "visually-hidden" }, `${author}: `);
  return element("li", { class: kind }, name, element("p", { dir: "auto" }, body), ...more);
}
