/** The server said no; `message` is its own text. */
export class Refused extends Error {
  constructor(status, body) {
    super(firstText(body) ?? `The server answered ${status}.`);
    this.status = status;
  }
}

/** The sign-in session is over. */
export class SignedOut extends Error {}

/** What went wrong, for people. */
export function explain(error) {
  if (error instanceof SignedOut) return "Not signed in.";
  return error instanceof Refused ? `The server refused: ${error.message}` : "The server does not answer.";
}

/** The first text in an error body: {"detail": "…"} or {"field": ["…"]}. */
function firstText(body) {
  const [first] = body && typeof body === "object" ? Object.values(body) : [];
  const text = Array.isArray(first) ? first[0] : first;
  return typeof text === "string" ? text : undefined;
}

/** Calls the API; returns the answer's JSON and the response. Throws Refused, or TypeError if nobody answers. */
export async function call(method, path, { body, token, signal, headers: more } = {}) {
  const headers = { ...more };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(path, { method, headers, signal, body: body && JSON.stringify(body) });
  const json = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, json);
  return { json, response };
}

/** A demo account and, once it is signed in, its tokens; they are kept until the tab is closed. */
export class Account {
  #tokens;

  constructor(demo) {
    this.demo = demo;
    this.name = `${demo.first_name} ${demo.last_name}`;
    this.#tokens = JSON.parse(sessionStorage.getItem(this.#key) ?? "null");
  }

  get #key() {
    return `tokens of ${this.demo.email}`;
  }

  get isSignedIn() {
    return this.#tokens !== null;
  }

  async signIn() {
    const { email, password } = this.demo;
    this.#keep((await call("POST", "/api/token/", { body: { email, password } })).json);
  }

  async signOut() {
    const token = this.#tokens?.access;
    this.#keep(null);
    // The session may be over already, or the server away: here it is over in any case.
    await call("POST", "/api/token/logout/", { token }).catch(() => {});
  }

  /** Calls the API as this account, with a new access token if the old one has expired. Throws SignedOut. */
  async call(method, path, options = {}) {
    if (!this.isSignedIn) throw new SignedOut();
    try {
      return (await call(method, path, { ...options, token: this.#tokens.access })).json;
    } catch (error) {
      if (error.status !== 401) throw error;
      return (await call(method, path, { ...options, token: await this.newAccessToken() })).json;
    }
  }

  /** Throws SignedOut. */
  async newAccessToken() {
    if (!this.isSignedIn) throw new SignedOut();
    try {
      const { json } = await call("POST", "/api/token/refresh/", { body: { refresh: this.#tokens.refresh } });
      if (!this.isSignedIn) throw new SignedOut(); // meanwhile
      this.#keep({ ...this.#tokens, ...json });
      return json.access;
    } catch (error) {
      if (error.status !== 401) throw error;
      this.#keep(null);
      throw new SignedOut();
    }
  }

  #keep(tokens) {
    this.#tokens = tokens;
    if (tokens) sessionStorage.setItem(this.#key, JSON.stringify(tokens));
    else sessionStorage.removeItem(this.#key);
  }
}
