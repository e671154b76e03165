import { button, element, labelled } from "./dom.js";
import { inEnglish } from "./email_complaints.js";
import { Explained } from "./errors.js";
import { Form, submit } from "./forms.js";
import { proved } from "./identity_check.js";
import { AccountList, Panel } from "./panel.js";
import { moment } from "./times.js";

const CHANGE = "/api/user/me/email_change/";
const QUESTION = { title: "Change the address", details: "Your password shows that it is you.", yes: "Go on" };

/** The address of an account, another one that waits to be confirmed, and a form that asks for one. */
export function emailChange(session) {
  const panel = new Panel("E-mail address");
  const email = element("input", { type: "email", autocomplete: "email", maxlength: 255, required: true });
  const form = new Form(
    "Another address",
    async () => {
      const wanted = email.value.trim();
      if (wanted.toLowerCase() === mine.toLowerCase()) throw new Explained("That is your address already.");
      await proved(session, QUESTION, null, () => request(session, wanted));
      email.value = "";
      await list.act(async () => {}, `A link was mailed to ${wanted}.`);
    },
    labelled("New address", email),
    submit("Change the address"),
  );
  panel.root.append(form.root);
  let mine = "";

  const list = new AccountList(session, panel, {
    whenEmpty: "",
    load: async () => {
      const me = await session.call("GET", "/api/user/me/");
      mine = me.email;
      return [me, await session.call("GET", CHANGE)].filter(Boolean);
    },
    entry: (each) => (each.expires_at ? pendingEntry(each, withdraw) : currentEntry(each)),
  });
  const withdraw = () => list.act(() => session.call("DELETE", CHANGE), "Withdrawn: the address stays.");
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
    element("p", { class: "facts" }, "When it has changed, a link mailed here takes that back for seven days."),
  );
}

function pendingEntry({ email, expires_at: expiresAt }, withdraw) {
  return element(
    "li",
    {},
    element("strong", {}, email),
    button("Withdraw", withdraw, { class: "quiet", "aria-label": `Withdraw the change to ${email}` }),
    element("p", { class: "facts" }, `Open the link that was mailed there to confirm it, until ${moment(expiresAt)}`),
  );
}
