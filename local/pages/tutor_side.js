import { follow } from "./session.js";
import { BOOKINGS, bookingButton, bookingEntry, fullName, timesRead, upcomingBookings } from "./bookings.js";
import { devices } from "./devices.js";
import { ask, askForTime } from "./dialogs.js";
import { button, element } from "./dom.js";
import { explain } from "./errors.js";
import { Notifications } from "./notifications.js";
import { AccountList, Panel } from "./panel.js";
import { preferences } from "./preferences.js";
import { dayAfter, moment, when } from "./times.js";

const TERMS = "/api/availability/terms/me/";
const FEED = "/api/reservation/calendar/";
const SESSIONS = "/api/reservation/session/";

/** What the tutor sees: requests to answer, the calendar, notifications, preferences, devices. */
export function tutorSide(account) {
  return [requests(account), calendar(account), new Notifications(account).root, preferences(account), devices(account)];
}

/** The wanted bookings, each with all bookings of its session; the first of a session in this list is marked. */
async function upcoming(account, isWanted) {
  const all = await upcomingBookings(account, "tutor");
  const seen = new Set();
  return all.filter(isWanted).map((booking) => {
    const group = all.filter(({ session }) => session === booking.session);
    const isFirst = !seen.has(booking.session);
    seen.add(booking.session);
    return { ...booking, group, isFirst };
  });
}

/** The button that calls off a group, once in a list; none for a session of a single student. */
function callingOff(account, list, booking) {
  if (!booking.isFirst || booking.group.length === 1) return [];
  return [bookingButton("Call off the group", when(booking), () => callOff(account, list, booking))];
}

async function callOff(account, list, { session, group, ...booking }) {
  const students = group.map(({ user }) => fullName(user)).join(", ");
  const details = `${when(booking)}, with ${students}. All of them get the reason by mail; the waitlist is closed.`;
  const answers = { yes: "Call off the group", no: "Keep it", reason: "Illness", isReasonNeeded: true };
  const reason = await ask("Call off the whole group?", details, answers);
  if (reason === null) return;
  const send = () => account.call("POST", `${SESSIONS}${session}/cancel/`, { body: { reason } });
  await list.act(send, `Called off: ${when(booking)}.`);
}

function requests(account) {
  const byHand = element("input", { type: "checkbox", disabled: true });
  const panel = new Panel(
    `${account.firstName}’s requests`,
    element("label", { class: "switch" }, byHand, `${account.firstName} confirms by hand`),
  );
  const list = new AccountList(account, panel, {
    whenEmpty: "Nothing to answer. With the switch on, new bookings wait here for an answer.",
    load: () => upcoming(account, ({ state, awaiting }) => state === "pending" && awaiting === "tutor"),
    entry: (booking) => bookingEntry(booking, booking.user, [
      bookingButton("Confirm", when(booking), () => confirm(booking), { class: "quiet primary" }),
      bookingButton("Decline", when(booking), () => answer(booking, "decline", "Declined")),
      ...callingOff(account, list, booking),
    ]),
  });
  const answer = (booking, verb, done, body = {}) =>
    list.act(
      () => account.call("POST", `${BOOKINGS}tutor/me/${verb}/${booking.id}/`, { body }),
      `${done}: ${when(booking)}, ${fullName(booking.user)}.`,
    );
  const confirm = (booking) => answer(booking, "confirm", "Confirmed", timesRead(booking));

  let isByHand = false;
  const show = () => {
    byHand.checked = isByHand;
    byHand.disabled = false;
  };
  byHand.addEventListener("change", async () => {
    const isWanted = byHand.checked;
    const save = async () => {
      await account.call("PATCH", TERMS, { body: { confirmation: isWanted ? "manual" : "automatic" } });
      isByHand = isWanted;
    };
    await list.act(save, isWanted ? "New bookings wait for an answer." : "New bookings are confirmed at once.");
    show();
  });
  const load = async () => {
    try {
      isByHand = (await account.call("GET", TERMS)).confirmation === "manual";
      show();
    } catch (error) {
      panel.say(explain(error), { isError: true });
    }
  };
  follow(account, load, () => (byHand.disabled = true));
  return panel.root;
}

function calendar(account) {
  const panel = new Panel(`${account.firstName}’s calendar`, button("Calendar link", () => makeLink(), { class: "quiet" }));
  const list = new AccountList(account, panel, {
    whenEmpty: "No sessions yet.",
    load: () => upcoming(account, ({ state }) => state === "confirmed"),
    entry: (booking) => bookingEntry(booking, booking.user, [
      booking.proposal
        ? bookingButton("Withdraw the new time", when(booking.proposal), () => withdraw(booking))
        : bookingButton("Move", when(booking), () => move(booking)),
      bookingButton("Cancel", when(booking), () => cancel(booking)),
      ...callingOff(account, list, booking),
    ]),
  });
  const link = element("input", { type: "text", readonly: true, "aria-label": "Address of the calendar" });
  const explanation = element(
    "p",
    { class: "note" },
    "Add this address to a calendar app to see these sessions there. It is shown only once.",
  );
  const shown = element("div", { class: "calendar-link", hidden: true }, link, explanation);
  panel.head.after(shown);
  follow(account, () => {}, () => (shown.hidden = true));

  async function cancel(booking) {
    const what = booking.group.length === 1 ? "session" : "seat";
    const rest = what === "seat" ? " The others keep theirs, and this one goes to the waitlist or is free." : "";
    const details = `${when(booking)}, with ${fullName(booking.user)}, who gets the reason by mail.${rest}`;
    const answers = { yes: `Cancel the ${what}`, no: "Keep it", reason: "Illness" };
    const reason = await ask(`Cancel this ${what}?`, details, answers);
    if (reason === null) return;
    const send = () => account.call("POST", `${BOOKINGS}${booking.id}/cancel/`, { body: { reason } });
    await list.act(send, `Cancelled: ${when(booking)}, ${fullName(booking.user)}.`);
  }

  async function move(booking) {
    const details = `${when(booking)}, with ${fullName(booking.user)}, who accepts the new time or keeps the old one.`;
    const answers = { yes: "Propose it", no: "Leave it", reason: "Conference", start: dayAfter(booking.start_time) };
    const wanted = await askForTime("Move this session?", details, answers);
    if (wanted === null) return;
    const body = { start_time: new Date(wanted.start).toISOString(), reason: wanted.reason };
    const send = () => account.call("POST", `${BOOKINGS}${booking.id}/reschedule/`, { body });
    await list.act(send, `Proposed: ${moment(body.start_time)}, ${fullName(booking.user)}.`);
  }

  const withdraw = (booking) =>
    list.act(
      () => account.call("POST", `${BOOKINGS}${booking.id}/proposal/withdraw/`, { body: {} }),
      `The session stays: ${when(booking)}.`,
    );

  function makeLink() {
    return list.act(async () => {
      link.value = (await account.call("POST", FEED)).url;
      shown.hidden = false;
      link.select();
    }, "");
  }

  return panel.root;
}
