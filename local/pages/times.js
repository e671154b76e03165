const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "long" });

export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The API's times; those of WebSocket messages have no colon in their offset. */
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

/** "Tomorrow, 10:00" */
export function moment(text) {
  const time = readTime(text);
  return `${dayName(time)}, ${clock(time)}`;
}

/** "10:00–11:00" */
export function hours({ start_time: start, end_time: end }) {
  return `${clock(readTime(start))}–${clock(readTime(end))}`;
}

/** "Tomorrow, 10:00–11:00" */
export function when(session) {
  return `${dayName(readTime(session.start_time))}, ${hours(session)}`;
}

/** The day so many days after today, as "2027-03-29". */
export function dateAfter(days) {
  const today = new Date();
  const day = new Date(today.getFullYear(), today.getMonth(), today.getDate() + days);
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

/** The same time of the day after, as fields of a date and a time take it: "2027-03-29T10:00". */
export function dayAfter(text) {
  const time = readTime(text);
  time.setDate(time.getDate() + 1);
  const day = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map((part) => String(part).padStart(2, "0"));
  return `${day.join("-")}T${clock(time)}`;
}

export function money(amount, currency) {
  return new Intl.NumberFormat("pl", { style: "currency", currency, trailingZeroDisplay: "stripIfInteger" }).format(amount);
}
