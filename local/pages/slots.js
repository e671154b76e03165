import { call, explain } from "./account.js";
import { clock, dayName, element, readTime } from "./dom.js";

const DAYS = 7;
const USUAL_LENGTH = 60;
const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The free times of a tutor, a week of them at a time, each a button. */
export class Slots {
  #tutor;
  #choose;
  #length = document.getElementById("length");
  #list = document.getElementById("slots");
  #earlier = document.getElementById("earlier");
  #later = document.getElementById("later");
  #week = 0;
  #lastWeek = 0;
  #running = new AbortController();

  /** `choose` is called with what is to be booked, as the API takes it. */
  constructor(tutor, choose) {
    this.#tutor = tutor;
    this.#choose = choose;
    this.#length.addEventListener("change", () => this.load());
    this.#earlier.addEventListener("click", () => this.#turn(-1));
    this.#later.addEventListener("click", () => this.#turn(1));
    this.#start();
  }

  async #start() {
    try {
      const { json: terms } = await call("GET", `/api/availability/terms/${this.#tutor.tutor_id}/`);
      this.#showTerms(terms);
      await this.load();
    } catch (error) {
      this.#list.replaceChildren(element("p", { class: "error" }, explain(error)));
    }
  }

  #showTerms({ session_lengths: lengths, price, booking_window: days, cancellation_notice: notice, time_zone: zone }) {
    const terms = [
      `${this.#tutor.first_name} takes ${price} zł an hour; sessions can be cancelled until ${notice} hours before.`,
      zone === OWN_ZONE ? "" : `Times are those of your clock (${OWN_ZONE}).`,
    ];
    document.getElementById("offer").textContent = terms.join(" ").trim();
    const usual = lengths.includes(USUAL_LENGTH) ? USUAL_LENGTH : lengths[0];
    const option = (length) => element("option", { value: length, selected: length === usual }, `${length} minutes`);
    this.#length.replaceChildren(...lengths.map(option));
    this.#lastWeek = Math.floor(days / DAYS);
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
      const { json: slots } = await call("GET", this.#address(), { signal });
      if (!signal.aborted) this.#show(slots);
    } catch (error) {
      if (!signal.aborted) this.#list.replaceChildren(element("p", { class: "error" }, explain(error)));
    }
  }

  #address() {
    const days = { from: this.#day(0), to: this.#day(DAYS), tz: OWN_ZONE };
    const query = new URLSearchParams({ ...days, length: this.#length.value });
    return `/api/availability/slots/${this.#tutor.tutor_id}/?${query}`;
  }

  /** A day of the week that is shown, as a date. */
  #day(number) {
    const today = new Date();
    const day = new Date(today.getFullYear(), today.getMonth(), today.getDate() + this.#week * DAYS + number);
    return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  }

  #show(slots) {
    const focused = this.#buttons().indexOf(document.activeElement);
    const days = new Map();
    for (const slot of slots) {
      const day = dayName(readTime(slot.start_time));
      days.set(day, [...(days.get(day) ?? []), this.#button(slot)]);
    }
    this.#list.replaceChildren(...Array.from(days, ([day, buttons]) => group(day, buttons)));
    if (slots.length === 0) this.#list.append(element("p", { class: "note" }, "Nothing is free in these days."));
    // Whoever goes by keyboard goes on from there.
    if (focused >= 0) this.#buttons().at(Math.min(focused, slots.length - 1))?.focus();
  }

  #buttons() {
    return [...this.#list.querySelectorAll("button")];
  }

  #button({ start_time: start, kind, session, free_seats: seats }) {
    const text = clock(readTime(start)) + (kind === "group" ? ` · group, ${seats} free` : "");
    const button = element("button", { type: "button" }, text);
    const time = { tutor: this.#tutor.tutor_id, start_time: start, length: Number(this.#length.value), kind };
    button.addEventListener("click", () => this.#choose(session ? { session } : time));
    return button;
  }
}

function group(day, buttons) {
  return element("div", { role: "group", "aria-label": day }, element("h4", {}, day), element("div", {}, ...buttons));
}
