import { call } from "./api.js";
import { Refused, SignedOut } from "./errors.js";
import { use } from "./passkeys.js";

const FACTOR = "/api/token/second_factor/";
const PASSKEY = "/api/token/passkey/";

/**
 * A sign-in session; its tokens are kept until the tab is closed, under its name.
 *
 * It dispatches "changed" after every sign-in and sign-out, and "news" when something of its account may have changed.
 */
export class Session extends EventTarget {
  #name;
  #tokens;
  #ticket = null;
  #underWay = new Set();

  constructor(name) {
    super();
    this.#name = name;
    this.#tokens = JSON.parse(sessionStorage.getItem(this.#key) ?? "null");
  }

  get #key() {
    return `tokens of ${this.#name}`;
  }

  get #deviceKey() {
    return `device of ${this.#name}`;
  }

  get isSignedIn() {
    return this.#tokens !== null;
  }

  /** Resolves to whether that was all: else `giveCode` or `givePasskey` goes on. */
  async signIn(email, password) {
    try {
      await this.#exchange("/api/token/", { email, password });
      return true;
    } catch (error) {
      if (error.code !== "second_factor_required") throw withCode(error);
      this.#ticket = error.body.ticket;
      return false;
    }
  }

  async giveCode(code) {
    await this.#exchange(FACTOR, { ticket: this.#ticket, code });
  }

  async givePasskey() {
    const { json } = await call("POST", `${FACTOR}passkey/`, { body: { ticket: this.#ticket } });
    await this.#exchange(FACTOR, { ticket: this.#ticket, passkey: await use(json) });
  }

  /** Signs in by a passkey alone. */
  async signInByPasskey() {
    const { json } = await call("POST", `${PASSKEY}begin/`);
    await this.#exchange(PASSKEY, { passkey: await use(json) });
  }

  async #exchange(path, proof) {
    // The token that this browser had before tells it from a new device, about which the owner is mailed.
    const refresh = localStorage.getItem(this.#deviceKey) ?? undefined;
    this.#keep((await call("POST", path, { body: { ...proof, refresh } })).json);
  }

  async signOut() {
    const token = this.#tokens?.access;
    this.#keep(null);
    // What was asked before is answered before: its session is not ended under it.
    await Promise.allSettled(this.#underWay);
    // The session may be over already, or the server away: here it is over in any case.
    await call("POST", "/api/token/logout/", { token }).catch(() => {});
  }

  /** Says that something of the account may have changed. */
  announce() {
    if (this.isSignedIn) this.dispatchEvent(new Event("news"));
  }

  /** Calls the API, with a new access token if the old one has expired. Throws SignedOut. */
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

/** Calls `opened` now and whenever the session has begun, `closed` whenever it is over. */
export function follow(session, opened, closed) {
  const update = () => (session.isSignedIn ? opened() : closed());
  session.addEventListener("changed", update);
  update();
}

/** What the frontend relies on has no code. */
function withCode(error) {
  if (!(error instanceof Refused) || error.code) return error;
  if (error.status === 401) error.code = "wrong_credentials";
  else if (error.body?.error === "User is not confirmed") error.code = "not_confirmed";
  return error;
}
