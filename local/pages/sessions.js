import { explain } from "./account.js";
import { clock, dayName, element, readTime } from "./dom.js";

const PATH = "/api/reservation/reservation/";
const HELD = { pending: "Requested", confirmed: "Confirmed" };

/** "Tomorrow, 10:00–11:00" */
export function when(session) {
  return `${day(session)}, ${hours(session)}`;
}

function day({ start_time: start }) {
  return dayName(readTime(start));
}

function hours({ start_time: start, end_time: end }) {
  return `${clock(readTime(start))}–${clock(readTime(end))}`;
}

export function money({ price, currency }) {
  return new Intl.NumberFormat("pl", { style: "currency", currency }).format(price);
}

/** The coming sessions of a student. */
export class Sessions {
  #account;
  #on;
  #list = document.getElementById("sessions");
  #note = document.getElementById("sessions-note");
  /** Counts what was asked for: only the newest answer is shown. */
  #turn = 0;
  #isBusy = false;

  /** `on` has cancelled(session) and failed(error); until their promises resolve nothing else is cancelled. */
  constructor(account, on) {
    this.#account = account;
    this.#on = on;
    document.getElementById("sessions-title").textContent = `${account.demo.first_name}’s sessions`;
    this.clear();
  }

  clear() {
    this.#turn += 1;
    this.#list.replaceChildren();
    this.#note.textContent = `Choose a free time: ${this.#account.demo.first_name} is signed in and books it.`;
  }

  async load() {
    const turn = (this.#turn += 1);
    try {
      const sessions = await this.#account.call("GET", `${PATH}user/me/?when=upcoming`);
      if (turn === this.#turn) this.#show(sessions.filter(({ state }) => state in HELD));
    } catch (error) {
      if (turn === this.#turn) this.#note.textContent = explain(error);
    }
  }

  #show(sessions) {
    const focused = this.#buttons().indexOf(document.activeElement);
    this.#list.replaceChildren(...sessions.map((session) => this.#entry(session)));
    this.#note.textContent = sessions.length === 0 ? "None yet." : "";
    if (focused >= 0) this.#buttons().at(Math.min(focused, sessions.length - 1))?.focus();
  }

  #buttons() {
    return [...this.#list.querySelectorAll("button")];
  }

  #entry(session) {
    const cancel = element("button", { type: "button", class: "quiet", "aria-label": `Cancel ${when(session)}` }, "Cancel");
    cancel.addEventListener("click", () => this.#cancel(session));
    const state = element("span", { class: "pill", "data-state": session.state }, HELD[session.state]);
    return element(
      "li",
      { "data-id": session.id },
      element("strong", {}, `${day(session)}, `, element("span", {}, hours(session))),
      state,
      element("p", { class: "facts" }, money(session), session.kind === "group" ? " · Group" : null, ...place(session)),
      cancel,
    );
  }

  async #cancel(session) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      await this.#account.call("POST", `${PATH}${session.id}/cancel/`, { body: {} });
      await this.#on.cancelled(session);
    } catch (error) {
      await this.#on.failed(error);
    } finally {
      this.#isBusy = false;
    }
  }
}

/** Where it takes place. A link leads nowhere but to the web. */
function place({ meeting_url: room, location }) {
  if (!room.startsWith("https://")) return [` · ${location || room || "Online"}`];
  return [" · ", element("a", { href: room, target: "_blank", rel: "noopener noreferrer" }, "Meeting room")];
}
