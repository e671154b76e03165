/** What the API's error codes mean, in the language of these pages: the API's own texts are Polish. */
const MEANINGS = {
  account_exists: "Your address has an account: sign in with its password.",
  account_suspended: "The account is suspended.",
  address_not_verified: "The provider has not verified your address.",
  already_booked: "There is a seat already.",
  already_confirmed: "It is confirmed already.",
  already_decided: "It was decided already.",
  already_waiting: "Already on the waitlist.",
  attachment_has_macros: "Documents with macros are not taken.",
  attachment_not_found: "There is no such attachment.",
  attachment_too_large: "An attachment can have at most 10 MB.",
  attachment_unavailable: "The attachment cannot be sent.",
  bad_authorization_header: "The sign-in was not understood.",
  beyond_window: "That is further ahead than this tutor can be booked.",
  blocked: "One of you has blocked the other.",
  bookings_in_the_way: "There are bookings in that time.",
  broken_attachment: "The file cannot be opened.",
  code_needed: "A code of the authenticator app, or a recovery code, is needed.",
  cross_site_request: "Another site may have made this request.",
  day_full: "The tutor takes no more sessions that day.",
  email_change_link_void: "The link in the mail does not work any more: it was used, has expired, or was replaced.",
  email_taken: "Another account has this address.",
  enrolment_expired: "That link has expired, or was used before.",
  expired: "The time to answer is over.",
  group_cannot_be_moved: "A group cannot be moved to another time.",
  idempotency_key_reused: "The same key was used for another request.",
  in_the_past: "That time is over.",
  infected_attachment: "A virus was found in the file.",
  internal_error: "The server has failed.",
  issue_closed: "That report takes no more answers.",
  last_factor: "It is the only second factor of the account: turn that off instead.",
  message_deleted: "The message was deleted.",
  message_not_found: "There is no such message.",
  no_conversation: "There is no such conversation.",
  no_passkey: "The account has no passkey.",
  no_second_factor: "The account has no second factor.",
  not_confirmed: "The address is not confirmed yet: open the link that was mailed to it.",
  not_full: "There is a free seat: book it.",
  not_over: "The session is not over yet.",
  not_rated: "You have not reviewed this tutor.",
  not_your_message: "The message is somebody else's.",
  nothing_to_confirm: "No authenticator app is being added.",
  nothing_to_hide: "The report is not about a message.",
  own_account: "The account is your own.",
  own_message: "The message is your own.",
  own_review: "The review is your own.",
  own_slot: "Nobody books their own time.",
  passkey_already_added: "That passkey was added before.",
  password_check_needed: "The password is needed once more.",
  payload_too_large: "That is too much at once.",
  proposal_changed: "The tutor proposes something else by now.",
  review_hidden: "The review is hidden.",
  second_factor_needed: "This takes a sign-in with a second factor.",
  second_factor_required: "A second factor is needed, too.",
  series_conflict: "Some of these weeks cannot be booked, so none was.",
  session_full: "Every seat is taken.",
  session_moved: "It is at another time by now: look again.",
  sign_in_expired: "The sign-in is over or began elsewhere.",
  sign_in_refused: "The provider did not confirm who you are.",
  slot_not_offered: "The tutor does not offer this time.",
  slot_taken: "Somebody else has just taken this time.",
  staff_account: "The account is of the staff.",
  student_busy: "There is another session at that time.",
  throttled: "Too many requests; try again in a moment.",
  ticket_expired: "That sign-in has expired.",
  token_not_valid: "The sign-in session is over.",
  too_late: "It is too late for that.",
  too_late_to_cancel: "It is too late to cancel this session.",
  too_late_to_change: "It is too late to change the message.",
  too_late_to_reschedule: "It is too late to move this session.",
  too_many_announcements: "You have as many announcements as you may have.",
  too_many_bookings: "You have as many sessions to come as you may have.",
  too_many_issues: "Too many of your reports are open.",
  too_many_overrides: "There are too many exceptions already.",
  too_many_passkeys: "There are as many passkeys as there may be.",
  too_many_reactions: "There are as many of your emojis on it as may be.",
  too_short_notice: "It is too late to book this time.",
  tutor_incomplete: "The tutor has not said yet what, how and for how much.",
  unavailable: "The server cannot do this at the moment.",
  unknown_field: "The server does not know one of the fields.",
  unknown_version: "There is no such version of the API.",
  unsubscribe_link_void: "The link in the mail does not work any more.",
  unsupported_attachment: "Pictures, PDF, office documents and texts can be attached.",
  upload_missing: "The file was not uploaded yet.",
  user_not_found: "The account was deleted.",
  week_full: "The tutor takes no more sessions that week.",
  wrong_code: "The code is wrong, or was used before.",
  wrong_credentials: "No account has this address and password.",
  wrong_passkey: "The passkey does not fit, or it took too long.",
  wrong_state: "The booking has changed meanwhile.",
};

/** The server answered with an error. */
export class Refused extends Error {
  constructor(status, body) {
    super(firstText(body) ?? `The server answered ${status}.`);
    this.status = status;
    this.body = body;
    this.code = typeof body?.code === "string" ? body.code : undefined;
  }
}

/** The sign-in session is over. */
export class SignedOut extends Error {}

/** What is wrong is the message, in words. */
export class Explained extends Error {}

/** The browser did not do what was asked of it. */
export class BrowserRefused extends Explained {}

/** A dialog was closed without an answer. */
export class Cancelled extends Explained {
  constructor() {
    super("Nothing was changed.");
  }
}

/** What a code means, in words. */
export function meaning(code) {
  return `${Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : "The server refused it."} (${code})`;
}

/** What went wrong, in words: the meaning of the code, or the server's own text where there is none. */
export function explain(error) {
  if (error instanceof SignedOut) return "Not signed in.";
  if (error instanceof Explained) return error.message;
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
