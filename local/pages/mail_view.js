import { element } from "./dom.js";
import { mailAction } from "./mail_actions.js";
import { clock, dayName } from "./times.js";

const byId = (id) => document.getElementById(id);

/** Shows a mail as a whole: its envelope, what can be done with it, its calendar entry, its HTML and its text. */
export function showMail(mail) {
  byId("subject").textContent = mail.subject;
  byId("recipient").textContent = mail.to;
  byId("sender").textContent = mail.from;
  byId("sent").textContent = new Date(mail.date).toLocaleString("en-GB");
  byId("text").textContent = mail.text;
  byId("action").replaceChildren(...(mail.link ? [mailAction(mail.link)] : []));
  byId("invitation").replaceChildren(...(mail.invitation ? [invitation(mail.invitation)] : []));
  // A new frame each time: an old one would fill the browser's history.
  const fresh = byId("html").cloneNode();
  fresh.src = `/_local/mail/${mail.id}`;
  fresh.addEventListener("load", () => fit(fresh));
  byId("html").replaceWith(fresh);
}

/** Makes the frame as high as the mail in it. */
function fit(frame) {
  const content = frame.contentDocument?.documentElement;
  if (!content) return;
  frame.style.height = "0";
  // With its border, and without a scroll bar where heights are fractions.
  frame.style.height = `${content.scrollHeight + 4}px`;
}

window.addEventListener("resize", () => fit(byId("html")));

/** What the words of RFC 5546 mean to the reader. */
const METHODS = { REQUEST: "Invitation", CANCEL: "Cancellation", PUBLISH: "Calendar entry" };

function invitation({ method, title, starts_at: start, ends_at: end, organizer, location, file_name: file, raw }) {
  const kind = Object.hasOwn(METHODS, method) ? METHODS[method] : "Calendar entry";
  const rows = { What: title, When: period(start, end), Where: location, Organizer: organizer, Method: method, File: file };
  const shown = Object.entries(rows).filter(([, value]) => value);
  return element(
    "section",
    { class: "invitation", "aria-labelledby": "invitation-title" },
    element("h3", { id: "invitation-title" }, kind),
    element("dl", {}, ...shown.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value)))),
    element("details", {}, element("summary", {}, "The file as sent"), element("pre", { tabindex: 0 }, raw)),
  );
}

function period(start, end) {
  if (!start) return null;
  const [first, last] = [new Date(start), new Date(end ?? start)];
  return `${dayName(first)}, ${clock(first)}–${clock(last)}`;
}
