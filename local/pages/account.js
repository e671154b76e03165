import { call } from "./api.js";
import { SignedOut } from "./errors.js";

/**
 * A demo account and, once it is signed in, its tokens; they are kept until the tab is closed.
 *
 * It dispatches "changed" after every sign-in and sign-out, and "news" when something of it may have changed.
 */
export class Account extends EventTarget {
  #tokens;
  #signingIn = null;
  #underWay = new Set();

  constructor(demo) {
    super();
    this.demo = demo;
    this.name = `${demo.first_name} ${demo.last_name}`;
    this.#tokens = JSON.parse(sessionStorage.getItem(this.#key) ?? "null");
  }

  get #key() {
    return `tokens of ${this.demo.email}`;
  }

  get #deviceKey() {
    return `device of ${this.demo.email}`;
  }

  get firstName() {
    return this.demo.first_name;
  }

  get isSignedIn() {
    return this.#tokens !== null;
  }

  /** Signs in once, however often it is asked while the answer is on its way. */
  async signIn() {
    if (this.isSignedIn) return;
    const { email, password } = this.demo;
    // The token that this browser had before tells it from a new device, about which the owner is mailed.
    const refresh = localStorage.getItem(this.#deviceKey) ?? undefined;
    this.#signingIn ??= call("POST", "/api/token/", { body: { email, password, refresh } });
    try {
      this.#keep((await this.#signingIn).json);
    } finally {
      this.#signingIn = null;
    }
  }

  async signOut() {
    const token = this.#tokens?.access;
    this.#keep(null);
    // What was asked before is answered before: its session is not ended under it.
    await Promise.allSettled(this.#underWay);
    // The session may be over already, or the server away: here it is over in any case.
    await call("POST", "/api/token/logout/", { token }).catch(() => {});
  }

  /** Says that something of this account may have changed. */
  announce() {
    if (this.isSignedIn) this.dispatchEvent(new Event("news"));
  }

  /** Calls the API as this account, with a new access token if the old one has expired. Throws SignedOut. */
  async call(method, path, options = {}) {
    if (!this.isSignedIn) throw new SignedOut();
    try {
      return (await this.#ask(method, path, { ...options, token: this.#tokens.access })).json;
    } catch (error) {
      if (error.status !== 401) throw error;
      return (await this.#ask(method, path, { ...options, token: await this.newAccessToken() })).json;
    }
  }

  #ask(method, path, options) {
    return this.beforeSignOut(call(method, path, options));
  }

  /** Resolves as `work` does; should the account sign out meanwhile, its session is not ended before. */
  async beforeSignOut(work) {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  /** Throws SignedOut. */
  async newAccessToken() {
    if (!this.isSignedIn) throw new SignedOut();
    const { refresh } = this.#tokens;
    // Signed out meanwhile, perhaps in again: that session has tokens of its own.
    const isOver = () => this.#tokens?.refresh !== refresh;
    try {
      const { json } = await this.#ask("POST", "/api/token/refresh/", { body: { refresh } });
      if (isOver()) throw new SignedOut();
      this.#keep({ ...this.#tokens, ...json });
      return json.access;
    } catch (error) {
      if (error.status !== 401) throw error;
      if (!isOver()) this.#keep(null);
      throw new SignedOut();
    }
  }

  #keep(tokens) {
    const was = this.isSignedIn;
    this.#tokens = tokens;
    if (tokens) {
      sessionStorage.setItem(this.#key, JSON.stringify(tokens));
      localStorage.setItem(this.#deviceKey, tokens.refresh);
    } else sessionStorage.removeItem(this.#key);
    if (was !== this.isSignedIn) this.dispatchEvent(new Event("changed"));
  }
}

/** Calls `opened` now and whenever the account has signed in, `closed` whenever it has signed out. */
export function follow(account, opened, closed) {
  const update = () => (account.isSignedIn ? opened() : closed());
  account.addEventListener("changed", update);
  update();
}
