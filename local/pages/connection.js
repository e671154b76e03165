import { SignedOut } from "./errors.js";

const FIRST_WAIT = 400;
const LONGEST_WAIT = 5_000;

/**
 * A WebSocket to a conversation or to an account's notifications, opened again whenever it closes.
 *
 * It speaks protocol 2. The legacy protocol of the React client sends bare message objects: a client of it
 * cannot know what it missed while it was away, nor whether a message it sent has arrived. In protocol 2 every
 * message has its place (`seq`), so that the page asks for what came after the last one it has, and an id given by
 * its sender, so that an unanswered message is sent again without being stored twice.
 */
export class Connection {
  #account;
  #path;
  #on;
  #socket = null;
  #stopped = false;

  /** `on` has opened(), frame(object), waiting() and signedOut(). */
  constructor(account, path, on) {
    this.#account = account;
    this.#path = path;
    this.#on = on;
    this.#run();
  }

  /** Whether the frame was handed over; only the server knows whether it arrived. */
  send(frame) {
    const isOpen = this.#socket?.readyState === WebSocket.OPEN;
    if (isOpen) this.#socket.send(JSON.stringify(frame));
    return isOpen;
  }

  stop() {
    this.#stopped = true;
    // Browsers complain of a socket that is closed while it opens: that one closes once it is open.
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.close();
  }

  async #run() {
    let wait = FIRST_WAIT;
    while (!this.#stopped) {
      try {
        // A new token each time: it proves that the server is back and the session still there.
        const token = await this.#account.newAccessToken();
        if (!this.#stopped && (await this.#live(token))) wait = FIRST_WAIT;
      } catch (error) {
        if (error instanceof SignedOut && !this.#stopped) {
          this.#on.signedOut();
          return;
        }
      }
      if (this.#stopped) return;
      this.#on.waiting();
      await new Promise((resume) => setTimeout(resume, wait * (0.75 + Math.random() / 2)));
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
  }

  /** Resolves when the socket has closed, to whether it had been open. */
  #live(token) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const query = new URLSearchParams({ token, protocol: "2" });
    const socket = new WebSocket(`${scheme}://${location.host}${this.#path}?${query}`);
    this.#socket = socket;
    let wasOpen = false;
    socket.addEventListener("open", () => {
      wasOpen = true;
      if (this.#stopped) socket.close();
      else this.#on.opened();
    });
    socket.addEventListener("message", ({ data }) => this.#on.frame(JSON.parse(data)));
    const happens = (name) => new Promise((resolve) => socket.addEventListener(name, resolve));
    const closed = happens("close");
    // The server asks for the session while the socket opens.
    this.#account.beforeSignOut(Promise.race([happens("open"), closed]));
    return closed.then(() => wasOpen);
  }
}
