// A student books a tutor, as a program that uses the generated TypeScript client would; without casts.
// `node built/scenario.js <URL of the server>`

import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };

type ApiError = components["schemas"]["Error"];
type Code = components["schemas"]["ErrorCode"];

const server = process.argv[2] ?? "";
const password = "Zielona!Herbata7";
const api = createClient<paths>({ baseUrl: server });

function assert(condition: unknown, ...shown: unknown[]): asserts condition {
  if (!condition) throw new Error(JSON.stringify(shown));
}

async function mailedToken(email: string): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const mails: { text: string }[] = await (await fetch(`${server}/_local/mail?to=${email}`)).json();
    const token = mails.map((mail) => /[?&]token=([\w.~-]+)/.exec(mail.text)?.[1]).find(Boolean);
    if (token !== undefined) return token;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error(`no mail to ${email}`);
}

async function member(email: string, first_name: string, is_tutor: boolean) {
  const body = { email, password, first_name, last_name: "Nowak", is_tutor };
  const { data: registered } = await api.POST("/api/user/create/", { body });
  assert(registered, email);
  const { error } = await api.POST("/api/user/create/", { body });
  assert(error && "email" in error, error);
  await api.POST("/api/user/confirm_user/", { body: { token: await mailedToken(email) } });
  const { data: pair } = await api.POST("/api/token/", { body: { email, password } });
  assert(pair);
  return createClient<paths>({ baseUrl: server, headers: { Authorization: `Bearer ${pair.access}` } });
}

function whatToDo(code: Code): string {
  switch (code) {
    case "slot_taken":
    case "student_busy":
    case "slot_not_offered":
      return "choose another time";
    case "wrong_state":
    case "expired":
      return "look again";
    default:
      return "show it";
  }
}

function isOurs(error: object): error is ApiError {
  return "code" in error && "detail" in error;
}

const tutor = await member("tom@prz.edu.pl", "Tomasz", true);
const student = await member("ela@example.com", "Ela", false);
await tutor.PATCH("/api/user/tutor/price/me/", { body: { price: 80 } });
await tutor.PATCH("/api/user/tutor/individual_group/me/", { body: { individual_sessions_available: true } });
await tutor.PATCH("/api/user/tutor/method_session_availability/me/", { body: { online_sessions_available: true } });
await tutor.PUT("/api/user/tutor/skills/me/", { body: { skills: ["Fizyka"] } });
const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, start: "00:00", end: "24:00" }));
await tutor.PUT("/api/availability/hours/me/", { body: { hours } });
await tutor.PATCH("/api/availability/terms/me/", { body: { session_lengths: [60], cancellation_notice: 1 } });

const { data: found } = await api.GET("/api/user/tutor/search/", {
  params: { query: { search_by_full_name: "tomasz" } },
});
const card = found?.[0];
assert(card, found);
const { data: slots } = await api.GET("/api/availability/tutors/{tutor_id}/slots/", {
  params: { path: { tutor_id: card.id } },
});
const slot = slots?.results[5];
assert(slot, slots);

const body = { tutor: card.id, start_time: slot.start_time, length: 60, note: "Całki" };
const { data: booked } = await student.POST("/api/reservation/reservation/", { body });
assert(booked && "id" in booked, booked);
const { error: refused } = await student.POST("/api/reservation/reservation/", { body });
assert(refused && isOurs(refused) && whatToDo(refused.code) === "choose another time", refused);

const { error: clash } = await student.POST("/api/reservation/series/", { body: { ...body, weeks: 2 } });
assert(clash && isOurs(clash) && "conflicts" in clash && clash.conflicts[0]?.code === "slot_taken", clash);

const { data: page } = await student.GET("/api/reservation/student/me/");
assert(page?.results.length === 1 && page.results[0]?.tutor?.first_name === "Tomasz", page);

const path = { booking_id: booked.id };
const { data: cancelled } = await student.POST("/api/reservation/reservation/{booking_id}/cancel/", {
  params: { path },
  body: { reason: "Choroba" },
});
assert(cancelled?.state === "cancelled", cancelled);
const { error: again } = await student.POST("/api/reservation/reservation/{booking_id}/cancel/", {
  params: { path },
  body: {},
});
assert(again && isOurs(again) && whatToDo(again.code) === "look again", again);
console.log("done");
