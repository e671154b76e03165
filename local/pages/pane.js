import { SignedOut, explain } from "./account.js";
import { Conversation } from "./conversation.js";
import { clock, dayName, element, readTime, showState } from "./dom.js";

const REFUSALS = { throttled: "Not sent: too many messages at once", bad_message: "Not sent: the server refused it" };
// Whoever has scrolled further up is reading, and is not moved when a message comes.
const NEAR_THE_END = 80;

/**
 * One side of the chat: an account, its sign-in and its conversation with the other.
 *
 * Its root dispatches "signed" after every sign-in and sign-out.
 */
export class Pane {
  #account;
  #partner;
  #conversation = null;
  #day = "";
  #unsent = new Map();

  constructor(account, partner) {
    this.#account = account;
    this.#partner = partner;
    this.root = document.getElementById("pane").content.firstElementChild.cloneNode(true);
    this.#describe(account);
    this.#find(".sign-in").addEventListener("click", async () => {
      await this.signIn();
      this.#find("textarea").focus();
    });
    this.#find(".sign-out").addEventListener("click", () => this.#signOut());
    this.#find("form").addEventListener("submit", (event) => this.#submit(event));
    this.#find("textarea").addEventListener("keydown", (event) => this.#submitByEnter(event));
    this.#showSignedOut();
  }

  #describe({ demo, name }) {
    this.root.setAttribute("aria-label", `${name}, ${demo.role}`);
    this.#find("h3").textContent = name;
    this.#find(".role").textContent = `Demo ${demo.role}`;
    this.#find(".email").textContent = demo.email;
    this.#find(".password").textContent = demo.password;
    this.#find(".sign-in").textContent = `Sign in as ${demo.first_name}`;
    this.#find(".sign-out").setAttribute("aria-label", `Sign out ${demo.first_name}`);
    this.#find(".log").setAttribute("aria-label", `Messages as ${demo.first_name} sees them`);
    this.#find("textarea").setAttribute("aria-label", `Message from ${demo.first_name}`);
    this.#find(".compose button").setAttribute("aria-label", `Send as ${demo.first_name}`);
  }

  #find(selector) {
    return this.root.querySelector(selector);
  }

  get account() {
    return this.#account;
  }

  get isSignedIn() {
    return this.#conversation !== null;
  }

  /** Signs in and opens the conversation. */
  async signIn() {
    if (this.isSignedIn) return;
    this.#find(".sign-in").disabled = true;
    this.#find(".error").textContent = "";
    try {
      await this.#account.signIn();
      await this.#open();
    } catch (error) {
      this.#showSignedOut(explain(error));
    } finally {
      this.#find(".sign-in").disabled = false;
    }
  }

  /** Goes on where the page was left, if the account was signed in then and still is. */
  async resume() {
    if (!this.#account.isSignedIn) return;
    try {
      await this.#open();
    } catch (error) {
      this.#showSignedOut(error instanceof SignedOut ? "" : explain(error));
    }
  }

  async #open() {
    // Answers the conversation that is there, else a new one; the caller is the first of its users.
    const other = { users: [{ id: this.#partner.id }] };
    const { id, users } = await this.#account.call("POST", "/api/chat/conversation/", { body: other });
    this.#enter(id, users[0]);
  }

  #enter(id, { profile_image: picture }) {
    if (this.isSignedIn) return;
    this.#find(".avatar").src = picture;
    this.#find(".stored").replaceChildren();
    this.#find(".unsent").replaceChildren();
    this.#day = "";
    this.#unsent.clear();
    this.state("connecting");
    this.#conversation = new Conversation(this.#account, id, this);
    this.#toggle();
  }

  async #signOut() {
    this.#conversation?.leave();
    this.signedOut();
    await this.#account.signOut();
  }

  #showSignedOut(reason = "") {
    this.#conversation = null;
    this.#toggle();
    this.#find(".error").textContent = reason;
    this.state("signed-out");
  }

  #toggle() {
    const { isSignedIn } = this;
    this.#find(".talk").hidden = this.#find(".sign-out").hidden = !isSignedIn;
    this.#find(".signed-out").hidden = isSignedIn;
    this.root.dispatchEvent(new Event("signed"));
  }

  #submitByEnter(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#find("form").requestSubmit();
  }

  #submit(event) {
    event.preventDefault();
    const field = this.#find("textarea");
    if (!field.value.trim()) return;
    this.#conversation?.say(field.value);
    field.value = "";
  }

  // What the conversation tells.

  state(name) {
    showState(this.#find(".state"), name);
  }

  signedOut() {
    this.#showSignedOut();
  }

  show(messages) {
    this.#append(".stored", messages.flatMap((message) => this.#lines(message)));
  }

  showUnsent(id, body) {
    const line = bubble("mine unsent-line", "You", body, element("span", { class: "note" }, "Sending"));
    this.#unsent.set(id, line);
    this.#append(".unsent", [line], { follow: true });
  }

  sent(id) {
    this.#unsent.get(id)?.remove();
    this.#unsent.delete(id);
  }

  refused(id, body, code) {
    const again = element("button", { type: "button", class: "quiet" }, "Try again");
    again.addEventListener("click", () => {
      this.sent(id);
      this.#conversation?.say(body);
    });
    const note = element("span", { class: "note", role: "alert" }, REFUSALS[code] ?? "Not sent");
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
    const log = this.#find(".log");
    const isAtTheEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_THE_END;
    this.#find(list).append(...lines);
    if (isAtTheEnd || follow) log.scrollTop = log.scrollHeight;
  }
}

function bubble(kind, author, body, ...more) {
  const name = element("span", { class: "visually-hidden" }, `${author}: `);
  return element("li", { class: kind }, name, element("p", { dir: "auto" }, body), ...more);
}
