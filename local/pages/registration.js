import { call } from "./api.js";
import { element, labelled } from "./dom.js";
import { inEnglish } from "./email_complaints.js";
import { Explained, Refused } from "./errors.js";
import { Form, submit } from "./forms.js";

const WEAK =
  "The password is too easy to guess. It needs eight characters, and must not be a common one or resemble your name or address.";

/** A form that registers an account; `registered(email)` is called once it is there, yet to be confirmed. */
export function registrationForm(registered) {
  const field = (type, autocomplete, more = {}) => element("input", { type, autocomplete, ...more });
  const [first, last] = [field("text", "given-name", { maxlength: 255 }), field("text", "family-name", { maxlength: 255 })];
  const email = field("email", "username", { maxlength: 255, required: true });
  const password = field("password", "new-password", { minlength: 8, maxlength: 128, required: true });
  const teaches = element("input", { type: "checkbox" });

  async function register() {
    const names = { first_name: first.value, last_name: last.value };
    const body = { ...names, email: email.value.trim(), password: password.value, is_tutor: teaches.checked };
    try {
      await call("POST", "/api/user/create/", { body });
    } catch (error) {
      throw error instanceof Refused && error.body?.password ? new Explained(WEAK) : inEnglish(error);
    }
    form.root.reset();
    registered(body.email);
  }

  const form = new Form(
    "Register",
    register,
    labelled("First name", first),
    labelled("Last name", last),
    labelled("E-mail address", email),
    labelled("Password", password),
    element("label", { class: "switch" }, teaches, "I teach, and have an address at a university"),
    submit("Register"),
  );
  return form.root;
}
