import { call } from "./api.js";
import { BOOKINGS, bookingButton, bookingEntry, fullName, timesRead, upcomingBookings } from "./bookings.js";
import { devices } from "./devices.js";
import { ask } from "./dialogs.js";
import { element } from "./dom.js";
import { Notifications } from "./notifications.js";
import { AccountList, Panel } from "./panel.js";
import { preferences } from "./preferences.js";
import { when } from "./times.js";

const WAITLIST = "/api/reservation/waitlist/";

/** What the student sees: sessions, places on waitlists, notifications, preferences, devices; `classmate` has a seat in the full group. */
export function studentSide(account, tutor, classmate) {
  const name = account.firstName;
  const sessions = new Panel(`${name}’s sessions`);
  const waitlist = new Panel(`${name}’s waitlist`);
  listSessions(account, sessions);
  listPlaces(account, waitlist, { tutor, classmate });
  return [sessions.root, waitlist.root, new Notifications(account).root, preferences(account), devices(account)];
}

function listSessions(account, panel) {
  const list = new AccountList(account, panel, {
    whenEmpty: "No sessions yet. Choose a tutor above and one of the free times.",
    load: () => upcomingBookings(account, "student"),
    entry: (booking) => bookingEntry(booking, booking.tutor, buttons(booking)),
  });
  const send = (booking, verb, body = {}) => account.call("POST", `${BOOKINGS}${booking.id}/${verb}/`, { body });

  function buttons(booking) {
    const cancelling = bookingButton("Cancel", when(booking), () => cancel(booking));
    if (booking.proposal) return [...answers(booking), cancelling];
    if (booking.awaiting !== "student") return [cancelling];
    const accept = () => list.act(() => send(booking, "accept", timesRead(booking)), `Accepted: ${when(booking)}.`);
    return [
      bookingButton("Accept", when(booking), accept, { class: "quiet primary" }),
      bookingButton("Decline", when(booking), () => cancel(booking)),
    ];
  }

  /** What can be said to the time that is proposed. */
  function answers(booking) {
    const { id, accepted, ...proposal } = booking.proposal;
    if (accepted) return [];
    const accept = () =>
      list.act(() => send(booking, "proposal/accept", { proposal: id }), `Accepted: ${when(proposal)}.`);
    const done = booking.kind === "group" ? "The seat is given up" : "The session stays";
    const decline = () => list.act(() => send(booking, "proposal/decline"), `${done}: ${when(booking)}.`);
    return [
      bookingButton("Accept the new time", when(proposal), accept, { class: "quiet primary" }),
      bookingButton(booking.kind === "group" ? "Leave the group" : "Keep the old time", when(booking), decline),
    ];
  }

  async function cancel(booking) {
    const details = `${when(booking)}, with ${fullName(booking.tutor)}. Somebody else can then book the time.`;
    const answers = { yes: "Cancel the session", no: "Keep it" };
    if ((await ask("Cancel this session?", details, answers)) === null) return;
    await list.act(() => send(booking, "cancel"), `Cancelled: ${when(booking)}.`);
  }
}

/** The places on waitlists, and the full groups whose waitlist can be joined. */
function listPlaces(account, panel, { tutor, classmate }) {
  const list = new AccountList(account, panel, {
    whenEmpty: "No group is full, so there is nothing to wait for.",
    load: async () => {
      const { results } = await account.call("GET", `${WAITLIST}me/`);
      const places = results.filter(({ state }) => ["waiting", "offered"].includes(state));
      const { json: full } = await call("GET", `/_local/full_groups/${tutor.demo.tutor_id}`);
      const booked = await upcomingBookings(account, "student");
      const known = new Set([...places, ...booked].map(({ session }) => session));
      return [...places, ...full.filter(({ session }) => !known.has(session))];
    },
    entry: (place) => (place.state ? ownPlace(place) : fullGroup(place)),
  });

  function ownPlace({ id, session, state, position, ...place }) {
    const leave = () => list.act(() => account.call("DELETE", `${WAITLIST}${id}/`), `No longer waiting for ${when(place)}.`);
    const buttons = [bookingButton("Leave", when(place), leave)];
    if (state === "offered") return entry(place, "A seat is free. Accept it in the list of sessions.", buttons);
    const freeSeat = () => list.act(() => giveUpSeat(session), `${classmate.firstName} has given up a seat.`);
    buttons.unshift(bookingButton(`${classmate.firstName} gives up a seat`, when(place), freeSeat));
    return entry(place, `Number ${position} on the waitlist. To see what happens then:`, buttons);
  }

  async function giveUpSeat(session) {
    await classmate.signIn();
    const seat = (await upcomingBookings(classmate, "student")).find((booking) => booking.session === session);
    await classmate.call("POST", `${BOOKINGS}${seat?.id ?? 0}/cancel/`, { body: {} });
  }

  function fullGroup({ session, seats, ...group }) {
    const join = () =>
      list.act(() => account.call("POST", WAITLIST, { body: { session } }), `On the waitlist for ${when(group)}.`);
    const text = `${tutor.firstName}’s group: all ${seats} seats are taken`;
    return entry(group, text, [bookingButton("Join the waitlist", when(group), join)]);
  }

  function entry(session, text, buttons) {
    return element(
      "li",
      { class: "place" },
      element("strong", {}, when(session)),
      element("p", { class: "facts" }, text),
      element("div", { class: "choices" }, ...buttons),
    );
  }
}
