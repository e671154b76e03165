/** Builds an element. Children are elements or text; text is never read as HTML. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "long" });

/** The platform's times; those of WebSocket messages have no colon in their offset. */
export function readTime(text) {
  return new Date(text.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
}

export function clock(moment) {
  return CLOCK.format(moment);
}

/** "Today", a day beside it or a date. */
export function dayName(moment) {
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
  const days = Math.round((midnight(new Date()) - midnight(moment)) / 86_400_000);
  return { 0: "Today", 1: "Yesterday", [-1]: "Tomorrow" }[days] ?? DAY.format(moment);
}

const STATES = { "signed-out": "Signed out", connecting: "Connecting", live: "Live", reconnecting: "Reconnecting" };

/** Shows in a pill how a connection is. */
export function showState(pill, name) {
  pill.textContent = STATES[name];
  pill.dataset.state = name;
}
