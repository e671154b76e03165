import { devices } from "./devices.js";
import { emailChange } from "./email_change.js";
import { registrationForm } from "./registration.js";
import { secondFactors } from "./second_factors.js";
import { Session, follow } from "./session.js";
import { signInForms } from "./sign_in_forms.js";

const byId = (id) => document.getElementById(id);
const session = new Session("own account");
// First of all that follows the session: what comes after puts the forms back, which takes the focus from them.
follow(session, () => show(true), () => show(false));
const signIn = signInForms(session);

byId("sign-in").append(signIn.root);
byId("register").append(
  registrationForm((email) => {
    signIn.fill(email);
    byId("registered").textContent = `A link was mailed to ${email}. Open it, confirm the account there, and sign in here.`;
    byId("registered").focus();
  }),
);
byId("panels").append(secondFactors(session), emailChange(session), devices(session, "Devices"));
byId("sign-out").addEventListener("click", () => session.signOut());
// What a link in a mail does happens in another tab.
window.addEventListener("focus", () => session.announce());

function show(isSignedIn) {
  const hadFocus = document.activeElement !== document.body;
  byId("signed-out").hidden = isSignedIn;
  byId("own").hidden = byId("sign-out").hidden = !isSignedIn;
  if (isSignedIn) byId("registered").textContent = "";
  if (hadFocus) byId(isSignedIn ? "own-title" : "sign-in-title").focus();
}

async function linkToInbox() {
  const { inbox } = await (await fetch("/_local/info")).json();
  byId("inbox-link").hidden = !inbox;
  byId("inbox-link").href = inbox;
}

linkToInbox();
