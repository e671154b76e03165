import { explain } from "./account.js";
import { Connection } from "./connection.js";
import { clock, dayName, element, readTime, showState } from "./dom.js";

const PATH = "/api/notification/";
const MOST = 3;

/** The newest notifications of an account and how many are unread, kept so by a socket. */
export class Notifications {
  #account;
  #connection = null;
  #known = new Map();
  #list = document.getElementById("notifications");
  #note = document.getElementById("notifications-note");
  #state = document.getElementById("notifications-state");
  #unread = document.getElementById("unread");
  #readAll = document.getElementById("read-all");

  constructor(account) {
    this.#account = account;
    document.getElementById("notifications-title").textContent = `${account.demo.first_name}’s notifications`;
    this.#readAll.addEventListener("click", () => this.#markRead());
    this.close();
  }

  open() {
    if (this.#connection) return;
    this.#note.textContent = "";
    showState(this.#state, "connecting");
    const connection = new Connection(this.#account, "/ws/notification/user/", {
      opened: () => this.#opened(connection),
      frame: (frame) => connection === this.#connection && this.#take(frame),
      waiting: () => showState(this.#state, "reconnecting"),
      signedOut: () => connection === this.#connection && this.close(),
    });
    this.#connection = connection;
  }

  close() {
    this.#connection?.stop();
    this.#connection = null;
    this.#known.clear();
    this.#show();
    this.#count(0);
    this.#note.textContent = `Arrive here live while ${this.#account.demo.first_name} is signed in.`;
    showState(this.#state, "signed-out");
  }

  /** The socket is open before the list is fetched: nothing falls between, and what comes by both has one id. */
  async #opened(connection) {
    showState(this.#state, "live");
    try {
      const { results } = await this.#account.call("GET", `${PATH}list/?page_size=${MOST}`);
      if (connection !== this.#connection) return;
      this.#note.textContent = "";
      this.#add(results);
      connection.send({ data: { send_back_unread_notification_count: true } });
    } catch (error) {
      if (connection === this.#connection) this.#note.textContent = explain(error);
    }
  }

  /** Keep-alives are empty lists. */
  #take({ event, data, unread_notification_count: unread }) {
    if (event === "notification_created") this.#add([data]);
    const number = data?.unread_notification_count ?? unread;
    if (number !== undefined) this.#count(number);
  }

  #add(notifications) {
    for (const each of notifications) this.#known.set(each.id, each);
    this.#show();
  }

  #show() {
    const newest = [...this.#known.values()].sort((one, other) => other.id - one.id).slice(0, MOST);
    this.#list.replaceChildren(...newest.map(entry));
  }

  #count(unread) {
    this.#unread.textContent = unread === 0 ? "" : `${unread} unread`;
    this.#readAll.hidden = unread === 0;
  }

  async #markRead() {
    try {
      const { unread_notification_count: unread } = await this.#account.call("POST", `${PATH}read_all/`);
      for (const each of this.#known.values()) each.is_read = true;
      this.#show();
      this.#count(unread);
    } catch (error) {
      this.#note.textContent = explain(error);
    }
  }
}

function entry({ notification, created_at: createdAt, is_read: isRead }) {
  const moment = readTime(createdAt);
  const told = `${dayName(moment)}, ${clock(moment)}`;
  const time = element("time", { datetime: moment.toISOString(), lang: "en" }, told);
  return element("li", { class: isRead ? "read" : "fresh" }, element("p", {}, notification.message), time);
}
