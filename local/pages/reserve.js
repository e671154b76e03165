import { newId } from "./api.js";
import { BOOKINGS } from "./bookings.js";
import { Refused } from "./errors.js";

const SERIES = "/api/reservation/series/";
/** Keys of bookings nobody answered: asked for once more, none is made twice. */
const keys = new Map();

/** Books what `wanted` says, with `weeks` a series; answers the bookings made and the times that were not free. */
export async function reserve(student, wanted) {
  const body = JSON.stringify(wanted);
  const key = keys.get(body) ?? newId();
  keys.set(body, key);
  try {
    const path = wanted.weeks ? SERIES : BOOKINGS;
    const made = await student.call("POST", path, { body: wanted, headers: { "Idempotency-Key": key } });
    keys.delete(body);
    return { bookings: made.reservations ?? [made], skipped: made.skipped ?? [] };
  } catch (error) {
    if (error instanceof Refused && error.status < 500) keys.delete(body);
    throw error;
  }
}
