import { follow } from "./session.js";
import { element, replaceChildren } from "./dom.js";
import { explain } from "./errors.js";

let count = 0;

/** A titled box with a note and a list. */
export class Panel {
  constructor(title, ...tools) {
    const id = `panel-${(count += 1)}`;
    this.note = element("p", { class: "note", role: "status" });
    this.list = element("ul", { class: "entries", "aria-labelledby": id });
    this.title = element("h3", { id }, title);
    this.head = element("header", { class: "panel-head" }, this.title, ...tools);
    this.root = element("section", { class: "panel", "aria-labelledby": id }, this.head, this.note, this.list);
  }

  show(entries) {
    replaceChildren(this.list, entries, this.title);
  }

  say(text, { isError = false } = {}) {
    this.note.textContent = text;
    this.note.classList.toggle("error", isError);
  }
}

/**
 * A panel that lists something of an account while it is signed in, and again whenever there is news.
 *
 * `load` fetches the answer, `items` takes a list from it, `entry` makes an element of one item; `whenEmpty` is said
 * where there are none. An answer is dropped when a newer one has been asked for, or the account has signed out.
 */
export class AccountList {
  #account;
  #panel;
  #what;
  /** Counts what was asked for: only the newest answer is shown. */
  #turn = 0;
  #isBusy = false;
  #hasResult = false;

  constructor(account, panel, what) {
    this.#account = account;
    this.#panel = panel;
    this.#what = what;
    account.addEventListener("news", () => this.#load());
    follow(account, () => this.#load(), () => this.#clear());
  }

  async #load() {
    const turn = (this.#turn += 1);
    try {
      const answer = await this.#what.load();
      if (turn !== this.#turn) return;
      const found = this.#what.items ? this.#what.items(answer) : answer;
      this.#panel.show(found.map(this.#what.entry));
      if (!this.#hasResult) this.#panel.say(found.length === 0 ? this.#what.whenEmpty : "");
    } catch (error) {
      if (turn === this.#turn) this.#panel.say(explain(error), { isError: true });
    }
  }

  #clear() {
    this.#turn += 1;
    this.#hasResult = false;
    this.#panel.show([]);
    this.#panel.say("");
  }

  /** Does something and says `done` of it, or why it could not be done; one thing at a time. */
  async act(work, done) {
    if (this.#isBusy) return;
    this.#isBusy = this.#hasResult = true;
    try {
      await work();
      this.#panel.say(done);
    } catch (error) {
      this.#panel.say(explain(error), { isError: true });
    } finally {
      this.#isBusy = false;
      this.#account.announce();
    }
  }
}
