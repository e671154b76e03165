import { ask } from "./dialogs.js";
import { element, labelled, setHidden } from "./dom.js";
import { showEnrolment } from "./enrol.js";
import { explain } from "./errors.js";
import { Session } from "./session.js";
import { signInForms } from "./sign_in_forms.js";
import { LISTS } from "./staff_lists.js";

const byId = (id) => document.getElementById(id);
const session = new Session("staff");
let next = null;
/** Counts what was asked for: only the newest answer is shown. */
let turn = 0;

/** What the entries of a list may do. */
const desk = {
  /** An answer of the API, null if there is none, which is then said. */
  async load(path) {
    return desk.send("GET", path);
  },
  async send(method, path, body, { isDone = false } = {}) {
    byId("problem").textContent = "";
    try {
      const answer = await session.call(method, path, { body });
      if (isDone) await start("Done.");
      return answer;
    } catch (error) {
      byId("problem").textContent = explain(error);
      return null;
    }
  },
  /** Asks for the reason, does it and lists again; null if it was not done. */
  async decide(question, details, path, more = {}, method = "POST") {
    const reason = await ask(question, details, { yes: "Yes", no: "No", reason: "", isReasonNeeded: true });
    if (reason === null) return null;
    return desk.send(method, path, { ...more, reason }, { isDone: !path.includes("/attachments/") });
  },
};

function chosen() {
  const name = location.hash.slice(1);
  return Object.hasOwn(LISTS, name) ? name : "reports";
}

/** Shows the list that the address names, from its beginning. */
async function start(said = "") {
  const list = LISTS[chosen()];
  const values = [...new FormData(byId("filter"))].filter(([, value]) => value);
  byId("entries").replaceChildren();
  await follow(`${list.path}?${new URLSearchParams(values)}`, said);
}

async function follow(path, said = "") {
  const mine = (turn += 1);
  const list = LISTS[chosen()];
  const page = await desk.load(path);
  if (!page || mine !== turn) return;
  byId("entries").append(...page.results.map((item) => element("li", {}, ...list.entry(desk, item).filter(Boolean))));
  byId("result").textContent = [said, page.count ? `${page.count} in all.` : list.whenEmpty].join(" ").trim();
  next = page.next;
  setHidden(byId("more"), !next, byId("result"));
}

function control({ name, label, options }) {
  const field = options
    ? element("select", { name }, ...Object.entries(options).map(([value, text]) => element("option", { value }, text)))
    : element("input", { type: "search", name, autocomplete: "off" });
  return labelled(label, field);
}

function open() {
  const name = chosen();
  for (const link of document.querySelectorAll(".tabs a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  byId("list-title").textContent = LISTS[name].title;
  const controls = LISTS[name].filters.map(control);
  byId("filter").replaceChildren(...controls, ...(controls.length ? [element("button", { type: "submit" }, "Search")] : []));
  byId("filter").hidden = !controls.length;
  start();
}

/** What there is to do: sign in, or the desk. */
function show() {
  byId("problem").textContent = "";
  setHidden(byId("sign-in"), session.isSignedIn, byId("list-title"));
  setHidden(byId("sign-out"), !session.isSignedIn, byId("title"));
  byId("desk").hidden = !session.isSignedIn;
  if (session.isSignedIn) open();
}

function showDesk() {
  // Before the forms, which begin again then: the focus is still in them.
  session.addEventListener("changed", show);
  byId("sign-in").append(signInForms(session).root);
  byId("filter").addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });
  byId("filter").addEventListener("change", () => start());
  byId("more").addEventListener("click", () => follow(next));
  byId("sign-out").addEventListener("click", () => session.signOut());
  window.addEventListener("hashchange", () => session.isSignedIn && open());
  show();
}

if (location.pathname.startsWith("/_staff/enrol")) {
  document.title = "Second factor";
  byId("title").textContent = "Your second factor";
  byId("to-desk").hidden = byId("enrolment").hidden = false;
  showEnrolment(byId("enrolment"));
} else showDesk();
