import { answered } from "./dialogs.js";
import { button, element, labelled } from "./dom.js";
import { SignedOut } from "./errors.js";
import { Form, codeInput, submit } from "./forms.js";

/** Forms that begin a session: by the password and, where it is asked for, a second factor, or by a passkey alone. */
export function signInForms(session) {
  const email = element("input", { type: "email", autocomplete: "username", required: true });
  const password = element("input", { type: "password", autocomplete: "current-password", required: true });
  const first = new Form(
    "Sign in",
    async () => {
      const isAll = await session.signIn(email.value.trim(), password.value);
      password.value = "";
      if (!isAll) show(second);
    },
    labelled("E-mail address", email),
    labelled("Password", password),
    element("div", { class: "choices" }, submit("Sign in"), button("Use a passkey", () => first.act(() => session.signInByPasskey()))),
  );
  const second = factorForm(session, button("Back", () => show(first)));
  const root = element("div", {}, first.root);

  function show(form) {
    root.replaceChildren(form.root);
    form.root.querySelector("input").focus();
  }

  session.addEventListener("changed", () => root.replaceChildren(first.root));
  return { root, fill: (address) => (email.value = address) };
}

/** Asks for the second factor of a sign-in in a dialog. Throws SignedOut if it is closed without. */
export async function askForFactor(session, title) {
  try {
    await answered(title, (finish, cancel) => {
      session.addEventListener("changed", finish, { once: true });
      return [factorForm(session, cancel).root];
    });
  } catch {
    throw new SignedOut();
  }
}

function factorForm(session, leave) {
  const code = codeInput();
  const form = new Form(
    "Second factor",
    async () => {
      const given = code.value.trim();
      code.value = "";
      await session.giveCode(given);
    },
    labelled("Code from your app, or a recovery code", code),
    element("div", { class: "choices" }, submit("Continue"), button("Use a passkey", () => form.act(() => session.givePasskey())), leave),
  );
  return form;
}
