import { call } from "./api.js";
import { element } from "./dom.js";
import { appForm, passkeyForm, recoveryCodes } from "./factor_forms.js";
import { Form, submit } from "./forms.js";

const PATH = "/api/token/second_factor/enrolment/";
const WHY =
  "The staff desk requires a second factor in addition to your password: an authenticator app on your phone, or a passkey, which can also sign in without the password. Your link works once.";

/** The page of the operator's link, which adds somebody's first factor. */
export function showEnrolment(root) {
  // Behind the # it is sent to no server, and stands in no log.
  const ticket = decodeURIComponent(location.hash.slice(1));
  const send = async (path, body = {}) => (await call("POST", PATH + path, { body: { ticket, ...body } })).json;

  function finish(title, { recovery_codes: codes }) {
    const shown = recoveryCodes("h2", title, codes);
    kinds.replaceChildren(shown.root);
    shown.focus();
  }

  const begin = new Form(
    "App",
    async () => {
      const confirm = async (code) => finish("The app is active", await send("confirm/", { code }));
      kinds.replaceChildren(appForm(await send(""), confirm));
      kinds.querySelector("input").focus();
    },
    element("div", {}, submit("Begin")),
  );
  const passkey = passkeyForm(
    () => send("passkey/"),
    async (made) => finish("The passkey is active", await send("passkey/confirm/", made)),
  );
  const kinds = element("div", { class: "form" }, element("h2", {}, "An authenticator app"), begin.root, element("h2", {}, "A passkey"), passkey);
  root.replaceChildren(element("p", {}, WHY), kinds);
  if (ticket) return;
  root.append(element("p", { class: "error", role: "alert" }, "Part of the operator’s link, after the #, is missing from this address."));
  for (const each of kinds.querySelectorAll("button")) each.disabled = true;
}
