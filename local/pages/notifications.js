import { follow } from "./session.js";
import { Connection } from "./connection.js";
import { button, element, setHidden, showState } from "./dom.js";
import { explain } from "./errors.js";
import { Panel } from "./panel.js";
import { moment, readTime } from "./times.js";

const PATH = "/api/notification/";
const MOST = 3;
/** The kinds of notifications, in the language of this page: the API's own sentences are Polish. */
const HEADLINES = {
  booking_requested: "A session is requested",
  booking_booked: "A session is booked",
  booking_confirmed: "A session is confirmed",
  booking_declined: "A request was declined",
  booking_withdrawn: "A request was withdrawn",
  booking_cancelled: "A session was cancelled",
  booking_expired: "A request has expired",
  booking_offered: "A seat is free",
  booking_offer_declined: "An offered seat was declined",
  booking_offer_expired: "An offered seat was not accepted in time",
  booking_rescheduled: "A session was moved",
  booking_move_proposed: "Your tutor proposes another time",
  booking_move_agreed: "A student agrees to the new time",
  booking_move_accepted: "The new time is accepted",
  booking_move_declined: "The new time was declined",
  booking_move_withdrawn: "A proposed time was withdrawn",
  booking_move_expired: "Nobody answered in time: the session stays",
  booking_completed: "A session is over",
  booking_no_show: "A session was missed",
  waitlist_closed: "A waitlist was closed without a seat for you",
  waitlist_missed: "A seat became free while you were busy",
  tutor_incomplete: "Nobody can book you yet: set a price, a subject, online or in person, and single or group",
  reminder_day_before: "Reminder: a session tomorrow",
  reminder_hour_before: "Reminder: a session in an hour",
  reminder_cancellation_deadline: "Reminder: last chance to cancel",
};

/** The newest notifications of an account and how many are unread, kept so by a socket. */
export class Notifications {
  #account;
  #panel;
  #connection = null;
  #known = new Map();
  #state = element("p", { class: "pill" });
  #unread = element("p", { class: "unread", role: "status" });
  #readAll = button("Mark all as read", () => this.#markRead(), { class: "quiet", hidden: true });

  constructor(account) {
    this.#account = account;
    this.#panel = new Panel(`${account.firstName}’s notifications`, this.#unread, this.#state);
    this.root = this.#panel.root;
    this.root.classList.add("notifications");
    this.root.append(this.#readAll);
    follow(account, () => this.#open(), () => this.#close());
  }

  #open() {
    if (this.#connection) return;
    showState(this.#state, "connecting");
    const connection = new Connection(this.#account, "/ws/notification/user/", {
      opened: () => this.#opened(connection),
      frame: (frame) => connection === this.#connection && this.#take(frame),
      waiting: () => showState(this.#state, "reconnecting"),
      signedOut: () => {},
    });
    this.#connection = connection;
  }

  #close() {
    this.#connection?.stop();
    this.#connection = null;
    this.#known.clear();
    this.#show();
    this.#count(0);
    showState(this.#state, "signed-out");
  }

  /** The socket is open before the list is fetched: nothing falls between, and what comes by both has one id. */
  async #opened(connection) {
    showState(this.#state, "live");
    try {
      const { results } = await this.#account.call("GET", `${PATH}list/?page_size=${MOST}`);
      if (connection !== this.#connection) return;
      this.#add(results);
      // What happened before the socket was open it does not say.
      this.#account.announce();
      connection.send({ data: { send_back_unread_notification_count: true } });
    } catch (error) {
      if (connection === this.#connection) this.#panel.say(explain(error), { isError: true });
    }
  }

  /** Keep-alives are empty lists. */
  #take({ event, data, unread_notification_count: unread }) {
    if (event === "notification_created") {
      this.#add([data]);
      this.#account.announce();
    }
    const number = data?.unread_notification_count ?? unread;
    if (number !== undefined) this.#count(number);
  }

  #add(notifications) {
    for (const each of notifications) this.#known.set(each.id, each);
    this.#show();
  }

  #show() {
    const newest = [...this.#known.values()].sort((one, other) => other.id - one.id).slice(0, MOST);
    this.#panel.show(newest.map(entry));
    this.#panel.say(newest.length === 0 ? "None yet. They arrive here at once." : "");
  }

  #count(unread) {
    this.#unread.textContent = unread === 0 ? "" : `${unread} unread`;
    setHidden(this.#readAll, unread === 0, this.#panel.title);
  }

  async #markRead() {
    try {
      const { unread_notification_count: unread } = await this.#account.call("POST", `${PATH}read_all/`);
      for (const each of this.#known.values()) each.is_read = true;
      this.#show();
      this.#count(unread);
    } catch (error) {
      this.#panel.say(explain(error), { isError: true });
    }
  }
}

function entry({ kind, data, notification, created_at: createdAt, is_read: isRead }) {
  const headline = Object.hasOwn(HEADLINES, kind) ? HEADLINES[kind] : null;
  const text = headline
    ? element("p", {}, data.start_time ? `${headline}: ${moment(data.start_time)}` : headline)
    : element("p", { lang: "pl" }, notification.message);
  const time = element("time", { datetime: readTime(createdAt).toISOString() }, moment(createdAt));
  return element("li", { class: isRead ? "read" : "fresh" }, text, time);
}
