import { button, element } from "./dom.js";
import { dayName, hours, moment, money, readTime, when } from "./times.js";

export const BOOKINGS = "/api/reservation/reservation/";
const OPEN = ["pending", "confirmed"];
const FORMS = { online: "Online", in_person: "In person" };

/** The coming bookings of an account, as "student" or as "tutor". */
export async function upcomingBookings(account, role) {
  const query = new URLSearchParams({ when: "upcoming", page_size: 100 });
  const { results } = await account.call("GET", `/api/reservation/${role}/me/?${query}`);
  return results.filter(({ state }) => OPEN.includes(state));
}

/** A booking in a list: when, with whom, how it stands, what its tutor proposes and what can be done about it. */
export function bookingEntry(booking, other, buttons) {
  const day = dayName(readTime(booking.start_time));
  return element(
    "li",
    { "data-id": booking.id },
    element("strong", {}, `${day}, `, element("span", {}, hours(booking))),
    element("span", { class: "pill", "data-state": booking.state }, stateName(booking)),
    element("p", { class: "facts" }, facts(booking, other), ...place(booking)),
    buttons.length ? element("div", { class: "choices" }, ...buttons) : null,
    booking.proposal ? element("p", { class: "proposal" }, proposed(booking)) : null,
  );
}

export function stateName({ state, awaiting }) {
  if (state === "confirmed") return "Confirmed";
  return awaiting === "student" ? "Seat offered" : "Requested";
}

/** A button of a booking, named with its time for those who hear it alone. */
export function bookingButton(verb, name, onClick, attributes = {}) {
  return button(verb, onClick, { class: "quiet", "aria-label": `${verb} ${name}`, ...attributes });
}

/** The times that were read, by which an offer is accepted or a request confirmed. */
export function timesRead({ start_time, end_time }) {
  return { start_time, end_time };
}

function proposed({ proposal, currency }) {
  const answer = proposal.accepted ? "accepted, others are asked" : `open until ${moment(proposal.expires_at)}`;
  return `Proposed instead: ${when(proposal)} · ${money(proposal.price, currency)} · ${answer}`;
}

function facts(booking, other) {
  const kind = booking.kind === "group" ? `Group, seat ${booking.seat} of ${booking.seats}` : null;
  return [fullName(other), money(booking.price, booking.currency), kind].filter(Boolean).join(" · ");
}

export function fullName(person) {
  if (!person) return "A deleted account";
  return `${person.first_name} ${person.last_name}`.trim() || "Somebody without a name";
}

/** Where it takes place. A link leads nowhere but to the web. */
function place({ meeting_url: room, location, form }) {
  if (!room.startsWith("https://")) return [` · ${location || room || FORMS[form] || form}`];
  return [" · ", element("a", { href: room, target: "_blank", rel: "noopener noreferrer" }, "Meeting room")];
}
