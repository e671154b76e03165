import { call } from "./api.js";
import { openDialog } from "./dialogs.js";
import { avatar, button, element, setHidden } from "./dom.js";
import { Refused, explain } from "./errors.js";
import { reserve } from "./reserve.js";
import { Slots } from "./slots.js";
import { rating, stars, texts, waysToMeet } from "./tutor_parts.js";
import { ZONE, money, moment, when } from "./times.js";

const REVIEWS = 3;
/** The second click of a double click would book what has come into the place of the first. */
const DOUBLE_CLICK = 500;

/**
 * Opens a tutor's details with reviews and free times.
 *
 * `demo`, or what it resolves to, has the `student` who books, if there is one, and the `tutor` who is told live.
 */
export async function openTutor(id, demo) {
  const closing = button("Close", () => dialog.close(), { class: "quiet close" });
  const content = element("div", { class: "tutor-content" }, element("p", { class: "note" }, "Loading …"));
  const dialog = openDialog("Tutor", "tutor", closing, content);
  try {
    const [{ json: details }, { json: terms }, { student, tutor: demoTutor }] = await Promise.all([
      call("GET", `/api/user/tutor/details/${id}/`),
      call("GET", `/api/availability/terms/${id}/`),
      demo,
    ]);
    const tutor = { ...details, id };
    dialog.setAttribute("aria-label", `${tutor.first_name} ${tutor.last_name}`);
    content.replaceChildren(head(tutor), about(tutor), booking(tutor, terms, student, demoTutor));
  } catch (error) {
    content.replaceChildren(element("p", { class: "error", role: "alert" }, explain(error)));
  }
}

function head(tutor) {
  return element(
    "header",
    { class: "tutor-head" },
    avatar(tutor.profile_image, 64),
    element(
      "div",
      { class: "who" },
      element("h2", {}, `${tutor.first_name} ${tutor.last_name}`),
      element("p", { lang: "pl" }, tutor.tutoring_location || "No place given"),
    ),
    rating(tutor.avg_rating),
  );
}

function about(tutor) {
  return element(
    "section",
    { class: "about", "aria-label": "About" },
    element("ul", { class: "chips", lang: "pl", "aria-label": "Skills" }, ...texts("li", tutor.skills)),
    element("p", { lang: "pl" }, tutor.description ?? ""),
    element("p", { class: "note" }, waysToMeet(tutor)),
    reviews(tutor),
  );
}

function reviews(tutor) {
  const count = element("span", {});
  const list = element("ul", { class: "reviews", "aria-label": "Reviews" });
  const more = button("More reviews", () => load(), { class: "quiet", hidden: true });
  const problem = element("p", { class: "error", role: "status" });
  let isLoading = false;
  let next = `/api/user/tutor/reviews/${tutor.id}/?page_size=${REVIEWS}`;

  async function load() {
    if (isLoading) return;
    isLoading = true;
    try {
      const { json } = await call("GET", next);
      const added = json.results.map(review);
      list.append(...added);
      count.textContent = ` (${json.count})`;
      problem.textContent = "";
      next = json.next;
      setHidden(more, next === null, added[0] ?? list);
    } catch (error) {
      problem.textContent = explain(error);
    } finally {
      isLoading = false;
    }
  }

  load();
  return element("div", {}, element("h3", {}, "Reviews", count), list, problem, more);
}

function review({ rating: given, review: text, created_at: createdAt, verified, reply, ...author }) {
  const name = `${author.student_first_name} ${author.student_last_name}`;
  const year = new Date(createdAt).toLocaleDateString("en-GB", { month: "long", year: "numeric" });
  return element(
    "li",
    {},
    element("p", {}, stars(given), " ", element("strong", {}, name), ` · ${year}${verified ? " · verified" : ""}`),
    element("p", { lang: "pl" }, text),
    reply ? element("p", { class: "reply", lang: "pl" }, reply) : null,
  );
}

function booking(tutor, terms, student, demoTutor) {
  const status = element("p", { class: "result", role: "status" });
  const slots = new Slots(tutor, terms, (wanted) => book(wanted));
  let isBusy = false;
  const say = (text, isError = false) => {
    status.textContent = text;
    status.classList.toggle("error", isError);
  };

  async function book(wanted) {
    if (isBusy) return;
    if (!student) return say("To book here, start the server with demo accounts.", true);
    isBusy = true;
    let calm = 0;
    say("Booking …");
    try {
      await Promise.all([student.signIn(), demoTutor.demo.tutor_id === tutor.id ? demoTutor.signIn() : null]);
      say(result(await reserve(student, wanted)));
      calm = DOUBLE_CLICK;
      await slots.load();
    } catch (error) {
      say(explain(error), true);
      // What the server refuses has changed meanwhile.
      if (error instanceof Refused) {
        calm = DOUBLE_CLICK;
        await slots.load();
      }
    } finally {
      setTimeout(() => (isBusy = false), calm);
      student.announce();
    }
  }

  slots.load();
  say(student ? `Choose a time: it is booked for ${student.firstName}.` : "");
  return element(
    "section",
    { class: "free-times", "aria-labelledby": "free-times-title" },
    element("h3", { id: "free-times-title" }, "Free times"),
    element("p", { class: "note" }, offer(tutor, terms)),
    status,
    slots.root,
  );
}

function offer(tutor, { price, group_price: seat, currency, confirmation, cancellation_notice: notice, time_zone: zone }) {
  const perHour = [];
  if (tutor.individual_sessions_available) perHour.push(`${money(price, currency)} an hour`);
  if (tutor.group_sessions_available) perHour.push(`${money(seat, currency)} an hour for a seat in a group`);
  const answer = confirmation === "manual" ? `${tutor.first_name} confirms each booking.` : "Bookings are confirmed at once.";
  const clocks = zone === ZONE ? "" : ` Times are in your time zone (${ZONE}).`;
  return `${perHour.join(", ")}. ${answer} You can cancel until ${notice} hours before.${clocks}`;
}

/** What was booked, or asked for. */
function result({ bookings, skipped }) {
  const [first] = bookings;
  const verb = first.state === "confirmed" ? "Booked" : "Requested";
  if (bookings.length === 1 && !skipped.length) return `${verb}: ${when(first)} for ${money(first.price, first.currency)}.`;
  const without = skipped.length ? ` Not free: ${skipped.map(({ start_time: start }) => moment(start)).join("; ")}.` : "";
  const number = skipped.length ? `${bookings.length} of ${bookings.length + skipped.length}` : bookings.length;
  return `${verb}: ${number} sessions, the first ${when(first)}.${without}`;
}
