import { newId } from "./api.js";
import { BOOKINGS } from "./bookings.js";
import { Refused } from "./errors.js";

/** Keys of bookings nobody answered: asked for once more, none is made twice. */
const keys = new Map();

/** Books what `wanted` says, as the API takes it; answers the bookings made, one or a series, and what was left out. */
export async function reserve(student, wanted) {
  const body = JSON.stringify(wanted);
  const key = keys.get(body) ?? newId();
  keys.set(body, key);
  try {
    const made = await student.call("POST", BOOKINGS, { body: wanted, headers: { "Idempotency-Key": key } });
    keys.delete(body);
    return { bookings: made.reservations ?? [made], skipped: made.skipped ?? [] };
  } catch (error) {
    if (error instanceof Refused && error.status < 500) keys.delete(body);
    throw error;
  }
}
