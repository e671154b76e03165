/** What the API's error codes mean, in the language of these pages: the API's own texts are Polish. */
const MEANINGS = {
  account_exists: "There is already an account with your address. Sign in with its password.",
  account_suspended: "The account is suspended.",
  address_not_verified: "The provider has not verified your address.",
  already_booked: "You already have a seat.",
  already_confirmed: "It is already confirmed.",
  already_decided: "This has already been decided.",
  already_waiting: "You are already on the waitlist.",
  attachment_has_macros: "Documents with macros are not accepted.",
  attachment_not_found: "There is no such attachment.",
  attachment_too_large: "An attachment can have at most 10 MB.",
  attachment_unavailable: "The attachment cannot be sent.",
  bad_authorization_header: "The sign-in header is malformed.",
  beyond_window: "This tutor cannot be booked that far ahead.",
  blocked: "One of you has blocked the other.",
  bookings_in_the_way: "There are bookings at that time.",
  broken_attachment: "The file cannot be opened.",
  code_needed: "Enter a code from your authenticator app, or a recovery code.",
  cross_site_request: "Another site may have made this request.",
  day_full: "The tutor is fully booked that day.",
  email_change_link_void: "The link in the mail no longer works: it was used, has expired, or was replaced.",
  email_taken: "Another account has this address.",
  enrolment_expired: "This link has expired or was already used.",
  expired: "The time to answer has run out.",
  group_cannot_be_moved: "A group cannot be moved to another time.",
  idempotency_key_reused: "The same key was used for another request.",
  in_the_past: "That time is in the past.",
  infected_attachment: "A virus was found in the file.",
  internal_error: "The server failed unexpectedly.",
  issue_closed: "This report is closed to further answers.",
  last_factor: "This is the account’s only second factor. Turn off second factors instead.",
  message_deleted: "The message was deleted.",
  message_not_found: "There is no such message.",
  no_conversation: "There is no such conversation.",
  no_passkey: "The account has no passkey.",
  no_second_factor: "The account has no second factor.",
  not_confirmed: "The address is not confirmed yet. Open the link that was mailed to it.",
  not_full: "There is a free seat. Book it instead.",
  not_over: "The session is not over yet.",
  not_rated: "You have not reviewed this tutor.",
  not_your_message: "This is somebody else’s message.",
  nothing_to_confirm: "No authenticator app is being added.",
  nothing_to_hide: "The report is not about a message.",
  own_account: "This is your own account.",
  own_message: "This is your own message.",
  own_review: "This is your own review.",
  own_slot: "You cannot book your own time.",
  passkey_already_added: "This passkey was already added.",
  password_check_needed: "Enter your password again.",
  payload_too_large: "The request is too large.",
  proposal_changed: "The tutor has changed the proposal.",
  review_hidden: "The review is hidden.",
  second_factor_needed: "This requires signing in with a second factor.",
  second_factor_required: "A second factor is required.",
  series_conflict: "Some of these weeks cannot be booked, so nothing was booked.",
  session_full: "All seats are taken.",
  session_moved: "The session has moved. Check the new time.",
  sign_in_expired: "This sign-in has expired or was started elsewhere.",
  sign_in_refused: "The provider did not confirm who you are.",
  slot_not_offered: "The tutor does not offer this time.",
  slot_taken: "Somebody else has just taken this time.",
  staff_account: "This is a staff account.",
  student_busy: "You have another session at that time.",
  throttled: "Too many requests; try again in a moment.",
  ticket_expired: "That sign-in has expired.",
  token_not_valid: "The sign-in session has ended.",
  too_late: "It is too late for that.",
  too_late_to_cancel: "It is too late to cancel this session.",
  too_late_to_change: "It is too late to change the message.",
  too_late_to_reschedule: "It is too late to move this session.",
  too_many_announcements: "You have reached the limit for announcements.",
  too_many_bookings: "You have reached the limit for upcoming sessions.",
  too_many_issues: "You have too many open reports.",
  too_many_overrides: "There are already too many exceptions.",
  too_many_passkeys: "You have reached the limit for passkeys.",
  too_many_reactions: "You have reached the limit for emojis on this message.",
  too_short_notice: "It is too late to book this time.",
  tutor_incomplete: "The tutor has not set a subject, a form or a price yet.",
  unavailable: "The server cannot do this at the moment.",
  unknown_field: "The request has an unknown field.",
  unknown_version: "There is no such version of the API.",
  unsubscribe_link_void: "The link in the mail no longer works.",
  unsupported_attachment: "Only pictures, PDF, office documents and text files can be attached.",
  upload_missing: "The file has not been uploaded yet.",
  user_not_found: "The account was deleted.",
  week_full: "The tutor is fully booked that week.",
  wrong_code: "The code is wrong or was already used.",
  wrong_credentials: "The address or the password is wrong.",
  wrong_passkey: "The passkey did not match, or it took too long.",
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
  if (!(error instanceof Refused)) return "The server is not responding.";
  const code = error.code ? ` (${error.code})` : "";
  return (Object.hasOwn(MEANINGS, error.code) ? MEANINGS[error.code] : `The server refused: ${error.message}`) + code;
}

/** The first text in an error body: {"detail": "…"} or {"field": ["…"]}. */
function firstText(body) {
  const [first] = body && typeof body === "object" ? Object.values(body) : [];
  const text = Array.isArray(first) ? first[0] : first;
  return typeof text === "string" ? text : undefined;
}
