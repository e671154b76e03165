import { newId } from "./api.js";
import { Connection } from "./connection.js";
import { Refused } from "./errors.js";

// Above every place a message can have: "before" it are the newest messages.
const END = 2 ** 31 - 1;
// The most messages the server answers at once.
const PAGE = 500;
const RETRY = 1_000;

/**
 * The messages of one conversation in their order, each shown once, none left out.
 *
 * The socket is open before anything is fetched, so nothing falls between the two; what comes by both ways is
 * known by its place. Messages written here wait in `#unsent` until the server has stored them.
 */
export class Conversation {
  #account;
  #path;
  #own;
  #view;
  #connection;
  /** The place of the last message shown; null before the first fetch. */
  #last = null;
  #isFetching = false;
  #isBehind = false;
  #isOver = false;
  #unsent = new Map();
  /** The number of the last change that is known; null before the first fetch. */
  #changed = null;
  #read = 0;

  /**
   * `view` has show(messages), showUnsent(id, body), sent(id), refused(id, body, code), state(name), change(change),
   * read(user, seq), typing(user) and complain(code).
   */
  constructor(account, id, view) {
    this.#account = account;
    this.#path = `/api/chat/conversation_detail/${id}/`;
    this.#own = `/api/chat/conversations/${id}`;
    this.#view = view;
    this.#connection = new Connection(account, `/ws/chat/${id}/`, {
      opened: () => this.#opened(),
      frame: (frame) => this.#take(frame),
      waiting: () => view.state("reconnecting"),
      signedOut: () => (this.#isOver = true),
    });
  }

  /** After this the view is not called again. */
  leave() {
    this.#isOver = true;
    this.#connection.stop();
  }

  /** `more` may have `reply_to`, the place of the message it answers, and `attachments`, ids of uploads. */
  say(body, more = {}) {
    const id = newId();
    this.#unsent.set(id, { body, ...more });
    this.#view.showUnsent(id, body || "A file");
    this.#send(id);
  }

  #send(id) {
    // If it cannot be sent now it is when the socket opens.
    this.#connection.send({ event: "chat_message", data: { id, ...this.#unsent.get(id) } });
  }

  /** Does something else: typing, edit_message, delete_message, react. */
  act(event, data = {}) {
    this.#connection.send({ event, data });
  }

  /** Says that everything shown has been seen. */
  markRead() {
    if (!this.#last || this.#last <= this.#read) return;
    this.#read = this.#last;
    this.act("mark_read", { seq: this.#last });
  }

  /** Uploads a file past the API, has it checked, and sends it. */
  async upload(file) {
    const { name, size } = file;
    const ticket = await this.#account.call("POST", `${this.#own}/attachments/`, { body: { name, size } });
    const form = new FormData();
    for (const [key, value] of Object.entries(ticket.fields)) form.append(key, value);
    form.append("file", file);
    const answer = await fetch(ticket.url, { method: "POST", body: form });
    if (!answer.ok) throw new Refused(answer.status, null);
    await this.#account.call("POST", `/api/chat/attachments/${ticket.id}/complete/`);
    this.say("", { attachments: [ticket.id] });
  }

  async #opened() {
    this.#view.state("live");
    await this.#catchUp();
    await this.#catchUpOnChanges();
    for (const id of this.#unsent.keys()) this.#send(id);
  }

  /** A frame is a fact; keep-alives are empty lists. */
  #take({ event, data }) {
    if (event === "message_stored") {
      if (this.#unsent.delete(data.client_id)) this.#view.sent(data.client_id);
      if (this.#last !== null && data.seq === this.#last + 1) this.#show([data]);
      else if (this.#last === null || data.seq > this.#last) this.#catchUp();
    } else if (event === "message_refused" && this.#unsent.has(data.client_id)) {
      const { body } = this.#unsent.get(data.client_id);
      if (data.code === "unavailable") {
        setTimeout(() => this.#send(data.client_id), RETRY);
        return;
      }
      this.#unsent.delete(data.client_id);
      this.#view.refused(data.client_id, body, data.code);
    } else this.#tell(event, data);
  }

  /** What is no message. */
  #tell(event, data) {
    if (event === "message_edited" || event === "reaction_changed") this.#change(data);
    else if (event === "message_deleted") this.#change({ ...data, [data.only_for_you ? "hidden" : "deleted_at"]: true });
    else if (event === "read_up_to") this.#view.read(data.user, data.seq);
    else if (event === "typing") this.#view.typing(data.user);
    else if (event === "action_refused") this.#view.complain(data.code);
  }

  #change(change) {
    this.#changed = Math.max(this.#changed ?? 0, change.change_seq);
    this.#view.change(change);
  }

  /** What was edited, deleted and reacted to while the socket was closed. */
  async #catchUpOnChanges() {
    if (this.#changed === null || this.#isOver) return;
    try {
      const changes = await this.#account.call("GET", `${this.#own}/changes/?after=${this.#changed}`);
      if (!this.#isOver) changes.forEach((change) => this.#change(change));
    } catch {
      // The server is away again: the socket opens once more.
    }
  }

  /** Fetches what came after the last message shown; what arrives meanwhile makes it look once more. */
  async #catchUp() {
    this.#isBehind = true;
    if (this.#isFetching || this.#isOver) return;
    this.#isFetching = true;
    try {
      while (this.#isBehind) {
        this.#isBehind = false;
        await this.#fetch();
      }
    } catch {
      // The server is away: the socket shows it. If it is only busy, ask again.
      if (!this.#isOver) setTimeout(() => this.#catchUp(), RETRY);
    } finally {
      this.#isFetching = false;
    }
  }

  async #fetch() {
    const isFirst = this.#last === null;
    const place = isFirst ? `before=${END}` : `after=${this.#last}`;
    const messages = await this.#account.call("GET", `${this.#path}?${place}`);
    if (this.#isOver) return;
    this.#last ??= 0;
    // Some may have come by the socket while these were on their way.
    this.#show(messages.filter(({ seq }) => seq > this.#last));
    this.#isBehind ||= !isFirst && messages.length === PAGE;
  }

  #show(messages) {
    this.#last = messages.at(-1)?.seq ?? this.#last;
    this.#changed = Math.max(this.#changed ?? 0, ...messages.map((message) => message.change_seq ?? 0));
    this.#view.show(messages);
  }
}
