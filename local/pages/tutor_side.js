import { follow } from "./account.js";
import { BOOKINGS, bookingButton, bookingEntry, fullName, upcomingBookings } from "./bookings.js";
import { ask } from "./dialogs.js";
import { button, element } from "./dom.js";
import { explain } from "./errors.js";
import { Notifications } from "./notifications.js";
import { AccountList, Panel } from "./panel.js";
import { when } from "./times.js";

const TERMS = "/api/availability/terms/me/";
const FEED = "/api/reservation/calendar/";

/** What the tutor sees: requests to answer, the calendar, notifications. */
export function tutorSide(account) {
  return [requests(account), calendar(account), new Notifications(account).root];
}

async function upcoming(account, isWanted) {
  return (await upcomingBookings(account, "tutor")).filter(isWanted);
}

function requests(account) {
  const byHand = element("input", { type: "checkbox" });
  const panel = new Panel(
    `${account.firstName}’s requests`,
    element("label", { class: "switch" }, byHand, `${account.firstName} confirms by hand`),
  );
  const list = new AccountList(account, panel, {
    whenEmpty: "Nothing to answer. With the switch on, every new booking waits here for an answer.",
    load: () => upcoming(account, ({ state, awaiting }) => state === "pending" && awaiting === "tutor"),
    entry: (booking) => bookingEntry(booking, booking.user, [
      bookingButton("Confirm", when(booking), () => answer(booking, "confirm", "Confirmed"), { class: "quiet primary" }),
      bookingButton("Decline", when(booking), () => answer(booking, "decline", "Declined")),
    ]),
  });
  const answer = (booking, verb, done) =>
    list.act(
      () => account.call("POST", `${BOOKINGS}tutor/me/${verb}/${booking.id}/`, { body: {} }),
      `${done}: ${when(booking)}, ${fullName(booking.user)}.`,
    );

  byHand.addEventListener("change", () => {
    const confirmation = byHand.checked ? "manual" : "automatic";
    const done = byHand.checked ? "New bookings wait for an answer." : "New bookings are confirmed at once.";
    list.act(() => account.call("PATCH", TERMS, { body: { confirmation } }), done);
  });
  const load = async () => {
    try {
      byHand.checked = (await account.call("GET", TERMS)).confirmation === "manual";
    } catch (error) {
      panel.say(explain(error), { isError: true });
    }
  };
  follow(account, load, () => {});
  return panel.root;
}

function calendar(account) {
  const panel = new Panel(`${account.firstName}’s calendar`, button("Calendar link", () => makeLink(), { class: "quiet" }));
  const list = new AccountList(account, panel, {
    whenEmpty: "No sessions yet.",
    load: () => upcoming(account, ({ state }) => state === "confirmed"),
    entry: (booking) =>
      bookingEntry(booking, booking.user, [bookingButton("Cancel", when(booking), () => cancel(booking))]),
  });
  const link = element("input", { type: "text", readonly: true, "aria-label": "Address of the calendar" });
  const explanation = element(
    "p",
    { class: "note" },
    "Add this address to a calendar program, and it shows these sessions. It is shown only once.",
  );
  const shown = element("div", { class: "calendar-link", hidden: true }, link, explanation);
  panel.head.after(shown);
  follow(account, () => {}, () => (shown.hidden = true));

  async function cancel(booking) {
    const details = `${when(booking)}, with ${fullName(booking.user)}, who gets the reason by mail.`;
    const answers = { yes: "Cancel the session", no: "Keep it", reason: "Illness" };
    const reason = await ask("Cancel this session?", details, answers);
    if (reason === null) return;
    const send = () => account.call("POST", `${BOOKINGS}${booking.id}/cancel/`, { body: { reason } });
    await list.act(send, `Cancelled: ${when(booking)}, ${fullName(booking.user)}.`);
  }

  function makeLink() {
    return list.act(async () => {
      link.value = (await account.call("POST", FEED)).url;
      shown.hidden = false;
      link.select();
    }, "");
  }

  return panel.root;
}
