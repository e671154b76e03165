import { call } from "./api.js";
import { element } from "./dom.js";
import { explain } from "./errors.js";

const byId = (id) => document.getElementById(id);
// Behind the # it is sent to no server, and stands in no log.
const ticket = decodeURIComponent(location.hash.slice(1));

async function ask(path, body) {
  byId("problem").textContent = "";
  try {
    return (await call("POST", `/api/token/second_factor/enrolment/${path}`, { body: { ticket, ...body } })).json;
  } catch (error) {
    byId("problem").textContent = explain(error);
    return null;
  }
}

byId("begin").addEventListener("click", async () => {
  const app = await ask("", {});
  if (!app) return;
  byId("begin").hidden = true;
  byId("secret").textContent = app.secret;
  byId("uri").href = app.otpauth_uri;
  byId("confirm").hidden = false;
  byId("code").focus();
});

byId("confirm").addEventListener("submit", async (event) => {
  event.preventDefault();
  const found = await ask("confirm/", { code: byId("code").value });
  if (!found) return;
  byId("confirm").hidden = true;
  byId("codes").replaceChildren(...found.recovery_codes.map((code) => element("li", {}, element("code", {}, code))));
  byId("done").hidden = false;
  byId("done-title").focus();
});

byId("problem").textContent = ticket ? "" : "This address lacks what the operator’s link has behind the #.";
byId("begin").disabled = !ticket;
