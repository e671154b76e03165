import { answered } from "./dialogs.js";
import { element, labelled } from "./dom.js";
import { appForm, nameInput, passkeyForm } from "./factor_forms.js";
import { Form, submit } from "./forms.js";
import { proved } from "./identity_check.js";

const FACTORS = "/api/user/second_factors/";

/** What can be changed about the second factors of an account; each throws Cancelled if nothing was changed. */
export class FactorChanges {
  #session;
  #factors;

  /** `factors`: what the account has, as `GET /api/user/second_factors/` answers it. */
  constructor(session, factors) {
    this.#session = session;
    this.#factors = factors;
  }

  #send(path, body) {
    return this.#session.call("POST", FACTORS + path, { body });
  }

  #proved(path, question) {
    return proved(this.#session, question, this.#factors, (factor) => this.#send(path, factor));
  }

  /** Resolves to the recovery codes that come with the first factor, [] with another. */
  async addApp() {
    const title = "Authenticator app";
    const details = "Confirm it with what you sign in with now. A previous app keeps working until the new one is active.";
    const app = await this.#proved("app/", { title, details, yes: "Continue" });
    return answered(title, (finish, cancel) => {
      const confirm = async (code) => finish((await this.#send("app/confirm/", { code })).recovery_codes);
      return [appForm(app, confirm, cancel)];
    });
  }

  /** Resolves to what `addApp` does. */
  addPasskey() {
    const question = { title: "Add a passkey", details: "Confirm it with a second factor that you already have.", yes: "Continue" };
    const begin = () => this.#proved("passkeys/", question);
    return answered("Passkey", (finish, cancel) => {
      const confirm = async (made) => finish((await this.#send("passkeys/confirm/", made)).recovery_codes);
      const why = element("p", {}, "It asks for your fingerprint, your face or a PIN, and can also sign in without the password.");
      return [why, passkeyForm(begin, confirm, cancel)];
    });
  }

  async renamePasskey({ id, name: before }) {
    const name = nameInput(before);
    await answered("Rename the passkey", (finish, cancel) => {
      const save = async () =>
        finish(await this.#session.call("PATCH", `${FACTORS}passkeys/${id}/`, { body: { name: name.value } }));
      const choices = element("div", { class: "choices" }, submit("Save"), cancel);
      return [new Form("Rename the passkey", save, labelled("Name of this device", name), choices).root];
    });
  }

  async removePasskey({ id, name }) {
    const details = `${name} can no longer sign in. Delete the passkey on that device too; it is not told.`;
    await this.#proved(`passkeys/${id}/remove/`, { title: "Remove this passkey?", details, yes: "Remove it" });
  }

  /** Resolves to new recovery codes. */
  async renewCodes() {
    const question = { title: "New recovery codes?", details: "Your current codes stop working.", yes: "Make new codes" };
    return (await this.#proved("recovery_codes/", question)).recovery_codes;
  }

  async turnOff() {
    const details = "The app, all passkeys and all recovery codes are removed. You then sign in with your password alone.";
    await this.#proved("turn_off/", { title: "Turn the second factor off?", details, yes: "Turn it off" });
  }
}
