import { answered } from "./dialogs.js";
import { button, element, labelled } from "./dom.js";
import { Explained } from "./errors.js";
import { Form, codeInput, submit } from "./forms.js";
import { use } from "./passkeys.js";

const PASSWORD = "/api/user/check_password/";
const PASSKEY = "/api/user/second_factors/passkeys/request/";

/**
 * Does `work(factor)`, for which the API wants the password, given a short while ago, and a second factor of an account
 * that has one: `factors` is what `GET /api/user/second_factors/` answers, null where the password is enough.
 *
 * Resolves to what `work` does; throws Cancelled if the dialog that asks for them was closed.
 */
export async function proved(session, question, factors, work) {
  const ask = (has) => answered(question.title, (finish, cancel) => new Proof(session, question, has, work, finish).parts(cancel));
  if (factors?.enabled) return ask(factors);
  try {
    return await work({});
  } catch (error) {
    if (error.code !== "password_check_needed") throw error;
    return ask(null);
  }
}

/** A form that asks for a second factor, for the password or for both. */
class Proof {
  #session;
  #question;
  #work;
  #finish;
  #form;
  #code;
  #password = element("input", { type: "password", autocomplete: "current-password", required: true });
  #passwordField = labelled("Your password", this.#password);
  #passkeyButton;
  #passkey = null;

  constructor(session, question, factors, work, finish) {
    this.#session = session;
    this.#question = question;
    this.#work = work;
    this.#finish = finish;
    this.#code = factors ? codeInput() : null;
    // Beside a factor it is asked for where the server says so.
    this.#passwordField.hidden = this.#password.disabled = factors !== null;
    this.#passkeyButton = factors?.passkeys.length ? button("Use a passkey", () => this.#form.act(() => this.#usePasskey())) : null;
  }

  parts(cancel) {
    const { title, details, yes } = this.#question;
    this.#form = new Form(
      title,
      () => this.#prove(),
      this.#code ? labelled("Code from your app, or a recovery code", this.#code) : null,
      this.#passwordField,
      element("div", { class: "choices" }, submit(yes), this.#passkeyButton, cancel),
    );
    return [element("p", {}, details), this.#form.root];
  }

  async #usePasskey() {
    this.#passkey = await use(await this.#session.call("POST", PASSKEY));
    this.#code.required = false;
    if (this.#form.root.reportValidity()) await this.#prove();
  }

  async #prove() {
    if (!this.#password.disabled) await this.#checkPassword();
    try {
      this.#finish(await this.#work(this.#factor));
    } catch (error) {
      // The factor was not looked at yet: it still counts once the password is given.
      if (error.code === "password_check_needed") this.#askForPassword();
      else this.#forgetFactor();
      throw error;
    }
  }

  get #factor() {
    if (this.#passkey) return { passkey: this.#passkey };
    return this.#code ? { code: this.#code.value.trim() } : {};
  }

  async #checkPassword() {
    const body = { password: this.#password.value };
    if (!(await this.#session.call("POST", PASSWORD, { body })).password_matches) throw new Explained("That is not the account’s password.");
  }

  #askForPassword() {
    this.#passwordField.hidden = this.#password.disabled = false;
    this.#password.focus();
  }

  #forgetFactor() {
    this.#passkey = null;
    if (!this.#code) return;
    this.#code.required = true;
    this.#code.value = "";
  }
}
