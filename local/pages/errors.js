/** What the API's error codes mean, in the language of these pages: the API's own texts are Polish. */
const MEANINGS = {
  already_booked: "There is a seat already.",
  already_waiting: "Already on the waitlist.",
  beyond_window: "That is further ahead than this tutor can be booked.",
  conflict: "That cannot be done now.",
  day_full: "The tutor takes no more sessions that day.",
  expired: "The time to answer is over.",
  idempotency_key_reused: "The same key was used for another request.",
  no_active_account: "No account has this address and password.",
  not_full: "There is a free seat: book it.",
  series_conflict: "Some of these weeks cannot be booked, so none was.",
  session_full: "Every seat is taken.",
  slot_not_offered: "The tutor does not offer this time.",
  slot_taken: "Somebody else has just taken this time.",
  student_busy: "There is another session at that time.",
  throttled: "Too many requests; try again in a moment.",
  too_late_to_cancel: "It is too late to cancel this session.",
  too_late_to_reschedule: "It is too late to move this session.",
  too_short_notice: "It is too late to book this time.",
  unavailable: "The server cannot do this at the moment.",
  week_full: "The tutor takes no more sessions that week.",
  wrong_state: "The booking has changed meanwhile.",
};

/** The server answered with an error. */
export class Refused extends Error {
  constructor(status, body) {
    super(firstText(body) ?? `The server answered ${status}.`);
    this.status = status;
    this.code = typeof body?.code === "string" ? body.code : undefined;
  }
}

/** The sign-in session is over. */
export class SignedOut extends Error {}

/** What went wrong, in words: the meaning of the code, or the server's own text where there is none. */
export function explain(error) {
  if (error instanceof SignedOut) return "Not signed in.";
  if (!(error instanceof Refused)) return "The server does not answer.";
  const code = error.code ? ` (${error.code})` : "";
  return (Object.hasOwn(MEANINGS, error.code) ? MEANINGS[error.code] : `The server refused: ${error.message}`) + code;
}

/** The first text in an error body: {"detail": "…"} or {"field": ["…"]}. */
function firstText(body) {
  const [first] = body && typeof body === "object" ? Object.values(body) : [];
  const text = Array.isArray(first) ? first[0] : first;
  return typeof text === "string" ? text : undefined;
}
