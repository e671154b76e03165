// Some call themselves by the names of others, too: their own name stands before those.
const BROWSERS = { Edg: "Edge", OPR: "Opera", Firefox: "Firefox", Chrome: "Chrome", Safari: "Safari" };
const SYSTEMS = { Android: "Android", iPhone: "iPhone", iPad: "iPad", Windows: "Windows", Mac: "Mac", Linux: "Linux" };

/** "Firefox on Windows" */
export function browserName(userAgent) {
  const called = (names) => names[Object.keys(names).find((name) => userAgent.includes(name))];
  return [called(BROWSERS) ?? "A browser", called(SYSTEMS)].filter(Boolean).join(" on ");
}
