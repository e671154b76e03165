import { call } from "./api.js";
import { SignedOut } from "./errors.js";
import { use } from "./passkeys.js";

const KEY = "tokens of staff";

/** A session of somebody of the staff; its tokens are kept until the tab is closed. */
export class StaffSession {
  #tokens = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  #ticket = null;

  get isSignedIn() {
    return this.#tokens !== null;
  }

  /** Resolves to whether that was all: else `giveCode` or `givePasskey` goes on. */
  async signIn(email, password) {
    try {
      this.#keep((await call("POST", "/api/token/", { body: { email, password } })).json);
      return true;
    } catch (error) {
      if (error.code !== "second_factor_required") throw error;
      this.#ticket = error.body.ticket;
      return false;
    }
  }

  async giveCode(code) {
    await this.#giveFactor({ code });
  }

  async givePasskey() {
    const { json } = await call("POST", "/api/token/second_factor/passkey/", { body: { ticket: this.#ticket } });
    await this.#giveFactor({ passkey: await use(json) });
  }

  /** Signs in by a passkey alone. */
  async signInByPasskey() {
    const { json } = await call("POST", "/api/token/passkey/begin/");
    this.#keep((await call("POST", "/api/token/passkey/", { body: { passkey: await use(json) } })).json);
  }

  async signOut() {
    const token = this.#tokens?.access;
    this.#keep(null);
    await call("POST", "/api/token/logout/", { token }).catch(() => {});
  }

  /** Calls the API, with a new access token if the old one has expired. Throws SignedOut. */
  async call(method, path, options = {}) {
    if (!this.isSignedIn) throw new SignedOut();
    try {
      return (await call(method, path, { ...options, token: this.#tokens.access })).json;
    } catch (error) {
      if (error.status !== 401) throw error;
    }
    await this.#refresh();
    return (await call(method, path, { ...options, token: this.#tokens.access })).json;
  }

  async #refresh() {
    try {
      const { json } = await call("POST", "/api/token/refresh/", { body: { refresh: this.#tokens.refresh } });
      this.#keep({ ...this.#tokens, ...json });
    } catch (error) {
      if (error.status !== 401) throw error;
      this.#keep(null);
      throw new SignedOut();
    }
  }

  async #giveFactor(factor) {
    this.#keep((await call("POST", "/api/token/second_factor/", { body: { ticket: this.#ticket, ...factor } })).json);
  }

  #keep(tokens) {
    this.#tokens = tokens;
    if (tokens) sessionStorage.setItem(KEY, JSON.stringify(tokens));
    else sessionStorage.removeItem(KEY);
  }
}
