import { call } from "./api.js";
import { element, setHidden } from "./dom.js";
import { explain } from "./errors.js";
import { showMail } from "./mail_view.js";
import { moment } from "./times.js";

const EVERY = 2_000;
const MOST_SHOWN = 100;

const field = document.getElementById("to");
const list = document.getElementById("mails");
const count = document.getElementById("count");
const waiting = document.getElementById("waiting");
let shown = [];
let opened = null;

/** Asks for the newest mails; the filter stands behind the # of the address, so that it can be linked to. */
async function refresh() {
  const query = new URLSearchParams({ containing: field.value.trim(), newest: MOST_SHOWN });
  try {
    const { json } = await call("GET", `/_local/mail?${query}`);
    // A slow answer to what was typed before is not shown.
    if (query.get("containing") === field.value.trim()) show(json.reverse());
  } catch (error) {
    count.textContent = explain(error);
  }
}

/** Mails about bookings that are not sent yet, because more may become of these; by POST they are sent first. */
async function refreshWaiting(method = "GET") {
  try {
    const { json } = await call(method, "/_local/mail/waiting");
    setHidden(waiting, !json.waiting, count);
    waiting.firstElementChild.textContent = `${json.waiting} about bookings wait five minutes for further changes.`;
  } catch {
    setHidden(waiting, true, count);
  }
}

function show(mails) {
  count.textContent = summary(mails.length);
  if (mails.map(({ id }) => id).join() === shown.map(({ id }) => id).join()) return;
  shown = mails;
  const focused = document.activeElement?.dataset.mail;
  list.replaceChildren(...mails.map(line));
  if (focused) list.querySelector(`[data-mail="${focused}"]`)?.focus();
  if (mails.some(({ id }) => id === opened)) return;
  if (mails.length) open(mails[0]);
  else close();
}

function summary(number) {
  if (number === MOST_SHOWN) return `The newest ${number}.`;
  if (number) return number === 1 ? "One mail." : `${number} mails.`;
  return field.value.trim() ? "No mail to this address." : "Nothing has been sent yet. Register an account, and its confirmation mail arrives here.";
}

function line(mail) {
  const button = element(
    "button",
    { type: "button", "data-mail": mail.id, "aria-current": String(mail.id === opened) },
    element("strong", { lang: "pl" }, mail.subject),
    element("span", {}, mail.to),
    element("span", {}, moment(new Date(mail.date).toISOString())),
  );
  button.addEventListener("click", () => open(mail));
  return element("li", {}, button);
}

function open(mail) {
  opened = mail.id;
  for (const button of list.querySelectorAll("button")) {
    button.setAttribute("aria-current", String(button.dataset.mail === opened));
  }
  document.getElementById("mail").hidden = false;
  showMail(mail);
}

function close() {
  opened = null;
  document.getElementById("mail").hidden = true;
}

field.value = decodeURIComponent(location.hash.slice(1));
field.addEventListener("input", () => {
  history.replaceState(null, "", `#${encodeURIComponent(field.value.trim())}`);
  refresh();
});
document.getElementById("filter").addEventListener("submit", (event) => event.preventDefault());
waiting.lastElementChild.addEventListener("click", () => refreshWaiting("POST"));

for (;;) {
  await refresh();
  await refreshWaiting();
  await new Promise((resume) => setTimeout(resume, EVERY));
}
