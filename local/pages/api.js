import { Refused } from "./errors.js";

/** Calls the API; returns the answer's JSON and the response. Throws Refused, or TypeError if nobody answers. */
export async function call(method, path, { body, token, signal, headers: more } = {}) {
  const headers = { ...more };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(path, { method, headers, signal, body: body && JSON.stringify(body) });
  const json = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, json);
  return { json, response };
}

/** Hexadecimal; crypto.randomUUID() is missing on pages served over plain HTTP from another machine. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
