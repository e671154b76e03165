import { call } from "./api.js";
import { button, element, labelled, setHidden } from "./dom.js";
import { Refused, explain } from "./errors.js";

const OFFERS = {
  confirm_email: { text: "You can confirm the account here instead.", form: confirmation },
  reset_password: { text: "You can set a new password here instead.", form: passwordReset },
};

/** What the link of a mail does, offered here where no frontend runs. */
export function mailAction({ purpose, token }) {
  const root = element("div", { class: "action", hidden: true });
  const { text, form } = OFFERS[purpose];
  const result = element("p", { role: "status" });

  async function act(work, done) {
    try {
      await work();
      result.textContent = done;
      setHidden(controls, true, result);
      result.className = "";
    } catch (error) {
      result.textContent = error instanceof Refused && [400, 404].includes(error.status) ? refusal(error) : explain(error);
      result.className = "error";
    }
  }

  const controls = form(token, act);
  offer(root, [controls, result], text);
  return root;
}

async function offer(root, children, text) {
  const { json: frontend } = await call("GET", "/_local/frontend").catch(() => ({ json: { answers: true } }));
  if (frontend.answers) return;
  const setting = element("code", {}, frontend.url);
  root.append(element("p", {}, "The link leads to the frontend at ", setting, ", where nothing answers. ", text), ...children);
  root.hidden = false;
}

function refusal(error) {
  return `This failed: the link was already used or has expired, or the server gave another reason: ${error.message}`;
}

function confirmation(token, act) {
  const send = () => call("POST", "/api/user/confirm_user/", { body: { token } });
  return button("Confirm here", () => act(send, "The account is confirmed. Its owner can sign in."), { class: "primary" });
}

function passwordReset(token, act) {
  const password = element("input", { type: "password", id: "new-password", autocomplete: "new-password", required: true });
  const form = element(
    "form",
    { class: "new-password" },
    labelled("New password", password),
    element("button", { type: "submit", class: "primary" }, "Set it here"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = { token, password: password.value };
    act(() => call("POST", "/api/user/password_reset/confirm/", { body }), "The new password is set.");
  });
  return form;
}
