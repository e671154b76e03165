import { newId } from "./api.js";
import { Connection } from "./connection.js";

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
  #view;
  #connection;
  /** The place of the last message shown; null before the first fetch. */
  #last = null;
  #isFetching = false;
  #isBehind = false;
  #isOver = false;
  #unsent = new Map();

  /** `view` has show(messages), showUnsent(id, body), sent(id), refused(id, body, code) and state(name). */
  constructor(account, id, view) {
    this.#account = account;
    this.#path = `/api/chat/conversation_detail/${id}/`;
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

  say(body) {
    const id = newId();
    this.#unsent.set(id, body);
    this.#view.showUnsent(id, body);
    this.#send(id, body);
  }

  #send(id, body) {
    // If it cannot be sent now it is when the socket opens.
    this.#connection.send({ event: "chat_message", data: { id, body } });
  }

  async #opened() {
    this.#view.state("live");
    await this.#catchUp();
    for (const [id, body] of this.#unsent) this.#send(id, body);
  }

  /** A frame is a fact; keep-alives are empty lists. */
  #take({ event, data }) {
    if (event === "message_stored") {
      if (this.#unsent.delete(data.client_id)) this.#view.sent(data.client_id);
      if (this.#last !== null && data.seq === this.#last + 1) this.#show([data]);
      else if (this.#last === null || data.seq > this.#last) this.#catchUp();
    } else if (event === "message_refused" && this.#unsent.has(data.client_id)) {
      const body = this.#unsent.get(data.client_id);
      if (data.code === "unavailable") {
        setTimeout(() => this.#send(data.client_id, body), RETRY);
        return;
      }
      this.#unsent.delete(data.client_id);
      this.#view.refused(data.client_id, body, data.code);
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
    this.#view.show(messages);
  }
}
