import { Refused, explain } from "./account.js";
import { newId } from "./ids.js";
import { Notifications } from "./notifications.js";
import { Sessions, money, when } from "./sessions.js";
import { Slots } from "./slots.js";

const PATH = "/api/reservation/reservation/";

/** The demo student books the demo tutor's free times, and the tutor hears of it. Both are signed in by their panes. */
export class Booking {
  #student;
  #tutor;
  #slots;
  #sessions;
  #told = document.getElementById("told");
  #isBusy = false;
  /** Keys of bookings nobody answered: asked for once more, none is made twice. */
  #keys = new Map();

  constructor(student, tutor) {
    this.#student = student;
    this.#tutor = tutor;
    this.#slots = new Slots(tutor.account.demo, (time) => this.#book(time));
    this.#sessions = new Sessions(student.account, {
      cancelled: (session) => this.#changed(`Cancelled: ${when(session)}.`),
      failed: (error) => this.#failed(error),
    });
    this.#tell(`Choose a time to book it for ${student.account.demo.first_name}.`);
    const notifications = new Notifications(tutor.account);
    const follow = (pane, shown, hidden) =>
      pane.root.addEventListener("signed", () => (pane.isSignedIn ? shown() : hidden()));
    follow(student, () => this.#sessions.load(), () => this.#sessions.clear());
    follow(tutor, () => notifications.open(), () => notifications.close());
  }

  async #book(time) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#tell("Booking …");
    try {
      this.#tutor.signIn();
      await this.#student.signIn();
      const booked = await this.#send(time);
      await this.#changed(`Booked: ${when(booked)} for ${money(booked)}.`);
    } catch (error) {
      await this.#failed(error);
    } finally {
      this.#isBusy = false;
    }
  }

  async #send(time) {
    const body = JSON.stringify(time);
    const key = this.#keys.get(body) ?? newId();
    this.#keys.set(body, key);
    try {
      const headers = { "Idempotency-Key": key };
      const booked = await this.#student.account.call("POST", PATH, { body: time, headers });
      this.#keys.delete(body);
      return booked;
    } catch (error) {
      if (error instanceof Refused && error.status < 500) this.#keys.delete(body);
      throw error;
    }
  }

  async #changed(text) {
    this.#tell(text);
    await Promise.all([this.#slots.load(), this.#sessions.load()]);
  }

  /** What the server refuses has changed meanwhile. */
  async #failed(error) {
    this.#tell(explain(error), { isError: true });
    if (error instanceof Refused) await Promise.all([this.#slots.load(), this.#sessions.load()]);
  }

  #tell(text, { isError = false } = {}) {
    this.#told.textContent = text;
    this.#told.classList.toggle("error", isError);
  }
}
