import { call } from "./api.js";
import { button, element, replaceChildren, select } from "./dom.js";
import { explain } from "./errors.js";
import { ZONE, clock, dateAfter, dayName, readTime } from "./times.js";

const DAYS = 7;
const USUAL_LENGTH = 60;
const MOST = 500;
const SERIES = [2, 3, 4, 6, 8, 12];

const option = (text, value, isSelected = false) => element("option", { value, selected: isSelected }, text);

/** The free times of a tutor, a week of them at a time, each a button. */
export class Slots {
  #tutorId;
  #choose;
  #length;
  #kind;
  #weeks;
  #list = element("div", { class: "slots" });
  #earlier = button("Earlier", () => this.#turn(-1), { class: "quiet", disabled: true });
  #later = button("Later", () => this.#turn(1), { class: "quiet" });
  #week = 0;
  #lastWeek;
  #running = new AbortController();

  /** `choose` is called with what is to be booked, as the API takes it. */
  constructor(tutor, terms, choose) {
    this.#tutorId = tutor.id;
    this.#choose = choose;
    this.#lastWeek = Math.floor(terms.booking_window / DAYS);
    const usual = terms.session_lengths.includes(USUAL_LENGTH) ? USUAL_LENGTH : terms.session_lengths[0];
    const lengths = terms.session_lengths.map((length) => option(`${length} min`, length, length === usual));
    this.#length = select("Length", lengths, () => this.load());
    this.#kind = select("With whom", kinds(tutor, terms), () => this.load());
    const weeks = SERIES.map((number) => option(`Weekly, ${number}×`, number));
    this.#weeks = select("How often", [option("Once", ""), ...weeks], () => {});
    const controls = [this.#length, this.#kind, this.#weeks].map(({ field }) => field);
    this.root = element(
      "div",
      { class: "booking" },
      element("div", { class: "slot-controls" }, ...controls),
      element("div", { class: "choices" }, this.#earlier, this.#later),
      this.#list,
    );
  }

  #turn(weeks) {
    this.#week += weeks;
    return this.load();
  }

  /** Shows what is free now; an answer still awaited is given up. */
  async load() {
    this.#running.abort();
    const { signal } = (this.#running = new AbortController());
    this.#earlier.disabled = this.#week === 0;
    this.#later.disabled = this.#week >= this.#lastWeek;
    try {
      const { json } = await call("GET", this.#address(), { signal });
      if (!signal.aborted) this.#show(json.results);
    } catch (error) {
      if (!signal.aborted) this.#list.replaceChildren(element("p", { class: "error" }, explain(error)));
    }
  }

  #address() {
    const first = this.#week * DAYS;
    const days = { from: dateAfter(first), to: dateAfter(first + DAYS), tz: ZONE };
    const query = new URLSearchParams({ ...days, length: this.#length.select.value, page_size: MOST });
    return `/api/availability/tutors/${this.#tutorId}/slots/?${query}`;
  }

  #show(slots) {
    const days = new Map();
    for (const slot of slots) {
      const day = dayName(readTime(slot.start_time));
      days.set(day, [...(days.get(day) ?? []), this.#button(slot)]);
    }
    const groups = Array.from(days, ([day, buttons]) => group(day, buttons));
    const nothing = element("p", { class: "note" }, "Nothing is free in these seven days. Try a later week.");
    // The focus stays, so that somebody who uses the keyboard goes on from there.
    replaceChildren(this.#list, groups.length ? groups : [nothing]);
  }

  #button({ start_time: start, kind, session, free_seats: seats }) {
    const text = clock(readTime(start)) + (session ? ` · group, ${seats} free` : "");
    return button(text, () => this.#choose(session ? { session } : this.#wanted(start, kind)));
  }

  #wanted(start, kind) {
    const wanted = { tutor: this.#tutorId, start_time: start, length: Number(this.#length.select.value) };
    const weeks = Number(this.#weeks.select.value);
    const chosen = { ...wanted, kind: this.#kind.select.value || kind };
    return weeks ? { ...chosen, weeks, skip_conflicts: true } : chosen;
  }
}

function kinds(tutor, terms) {
  const found = [];
  if (tutor.individual_sessions_available) found.push(option("Alone", "individual"));
  if (tutor.group_sessions_available) found.push(option(`Group of ${terms.group_seats}`, "group"));
  return found;
}

function group(day, buttons) {
  return element("div", { role: "group", "aria-label": day }, element("h4", {}, day), element("div", {}, ...buttons));
}
