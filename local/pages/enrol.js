import { call } from "./api.js";
import { element } from "./dom.js";
import { explain } from "./errors.js";
import { make } from "./passkeys.js";

const byId = (id) => document.getElementById(id);
// Behind the # it is sent to no server, and stands in no log.
const ticket = decodeURIComponent(location.hash.slice(1));

async function ask(path, body) {
  return (await call("POST", `/api/token/second_factor/enrolment/${path}`, { body: { ticket, ...body } })).json;
}

/** Does what a button or a form is for, and says what is wrong. */
function handle(id, kind, work) {
  byId(id).addEventListener(kind, async (event) => {
    event.preventDefault();
    byId("problem").textContent = "";
    try {
      await work();
    } catch (error) {
      byId("problem").textContent = explain(error);
    }
  });
}

function finish(title, { recovery_codes: codes }) {
  byId("kinds").hidden = byId("confirm").hidden = true;
  byId("codes").replaceChildren(...codes.map((code) => element("li", {}, element("code", {}, code))));
  byId("done-title").textContent = title;
  byId("done").hidden = false;
  byId("done-title").focus();
}

handle("begin", "click", async () => {
  const app = await ask("", {});
  byId("kinds").hidden = true;
  byId("secret").textContent = app.secret;
  byId("uri").href = app.otpauth_uri;
  byId("confirm").hidden = false;
  byId("code").focus();
});

handle("confirm", "submit", async () => {
  finish("The app counts now", await ask("confirm/", { code: byId("code").value }));
});
handle("passkey", "submit", async () => {
  const passkey = await make(await ask("passkey/", {}));
  finish("The passkey counts now", await ask("passkey/confirm/", { name: byId("name").value, passkey }));
});

byId("problem").textContent = ticket ? "" : "This address lacks what the operator’s link has behind the #.";
byId("begin").disabled = byId("make").disabled = !ticket;
