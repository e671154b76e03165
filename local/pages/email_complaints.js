import { Explained, Refused } from "./errors.js";

/** What the server says of an address, in the language of these pages; other errors as they are. */
export function inEnglish(error) {
  if (!(error instanceof Refused) || !error.body?.email) return error;
  const [text] = error.body.email;
  if (text.startsWith("Email must end")) return new Explained(`${text}.`);
  if (text.startsWith("Istnieje")) return new Explained("There is already an account with this address.");
  return new Explained("Mails cannot be sent to that address.");
}
