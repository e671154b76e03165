import { explain, call } from "./account.js";
import { clock, dayName, element } from "./dom.js";

const EVERY = 2_000;
const MOST_SHOWN = 100;

const field = document.getElementById("to");
const list = document.getElementById("mails");
const count = document.getElementById("count");
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
  return field.value.trim() ? "No mail to this address." : "Nothing was sent yet. Register an account, and its confirmation comes here.";
}

function line(mail) {
  const moment = new Date(mail.date);
  const button = element(
    "button",
    { type: "button", "data-mail": mail.id, "aria-current": String(mail.id === opened) },
    element("strong", { lang: "pl" }, mail.subject),
    element("span", {}, mail.to),
    element("span", {}, `${dayName(moment)}, ${clock(moment)}`),
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
  document.getElementById("subject").textContent = mail.subject;
  document.getElementById("recipient").textContent = mail.to;
  document.getElementById("sender").textContent = mail.from;
  document.getElementById("sent").textContent = new Date(mail.date).toLocaleString("en-GB");
  document.getElementById("text").textContent = mail.text;
  // A new frame each time: an old one would fill the browser's history.
  const frame = document.getElementById("html");
  const fresh = frame.cloneNode();
  fresh.src = `/_local/mail/${mail.id}`;
  frame.replaceWith(fresh);
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

for (;;) {
  await refresh();
  await new Promise((resume) => setTimeout(resume, EVERY));
}
