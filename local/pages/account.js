import { Session } from "./session.js";
import { askForFactor } from "./sign_in_forms.js";

/** A demo account, and its session. */
export class Account extends Session {
  #signingIn = null;

  constructor(demo) {
    super(demo.email);
    this.demo = demo;
    this.name = `${demo.first_name} ${demo.last_name}`;
  }

  get firstName() {
    return this.demo.first_name;
  }

  /** Signs in once, however often it is asked while the answer is on its way. Throws SignedOut without a second factor. */
  async signIn() {
    if (this.isSignedIn) return;
    this.#signingIn ??= this.#signIn();
    try {
      await this.#signingIn;
    } finally {
      this.#signingIn = null;
    }
  }

  async #signIn() {
    if (await super.signIn(this.demo.email, this.demo.password)) return;
    await askForFactor(this, `Second factor of ${this.firstName}`);
  }
}
