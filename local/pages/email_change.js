import { button, element, labelled } from "./dom.js";
import { inEnglish } from "./email_complaints.js";
import { Explained } from "./errors.js";
import { Form, submit } from "./forms.js";
import { proved } from "./identity_check.js";
import { AccountList, Panel } from "./panel.js";
import { moment } from "./times.js";

const ME = "/api/user/me/";
const CHANGE = `${ME}email_change/`;
const QUESTION = { title: "Change the address", details: "Enter your password to confirm that it is you.", yes: "Continue" };

/** The address of an account, another one that waits to be confirmed, and a form that asks for one. */
export function emailChange(session) {
  const panel = new Panel("E-mail address");
  const email = element("input", { type: "email", autocomplete: "email", maxlength: 255, required: true });
  const form = new Form(
    "Change your address",
    async () => {
      const wanted = email.value.trim();
      const { email: mine } = await session.call("GET", ME);
      if (wanted.toLowerCase() === mine.toLowerCase()) throw new Explained("That is already your address.");
      await proved(session, QUESTION, null, () => request(session, wanted));
      email.value = "";
      await list.act(async () => {}, `A link was mailed to ${wanted}.`);
    },
    labelled("New address", email),
    submit("Change the address"),
  );
  panel.root.append(form.root);

  const list = new AccountList(session, panel, {
    whenEmpty: "",
    load: () => Promise.all([session.call("GET", ME), session.call("GET", CHANGE)]),
    items: (found) => found.filter(Boolean),
    entry: (each) => (each.expires_at ? pendingEntry(each, withdraw) : currentEntry(each)),
  });
  const withdraw = () => list.act(() => session.call("DELETE", CHANGE), "Withdrawn. Your address stays the same.");
  return panel.root;
}

async function request(session, email) {
  try {
    await session.call("POST", CHANGE, { body: { email } });
  } catch (error) {
    throw inEnglish(error);
  }
}

function currentEntry({ email }) {
  return element(
    "li",
    {},
    element("strong", {}, email),
    element("span", { class: "pill", "data-state": "confirmed" }, "Yours"),
    element("p", { class: "facts" }, "After the change, a link mailed to this address can undo it for seven days."),
  );
}

function pendingEntry({ email, expires_at: expiresAt }, withdraw) {
  return element(
    "li",
    {},
    element("strong", {}, email),
    button("Withdraw", withdraw, { class: "quiet", "aria-label": `Withdraw the change to ${email}` }),
    element("p", { class: "facts" }, `To confirm it, open the link that was mailed there, by ${moment(expiresAt)}`),
  );
}
