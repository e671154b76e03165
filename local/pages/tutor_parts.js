import { element } from "./dom.js";

const WAYS = {
  online_sessions_available: "Online",
  in_person_sessions_available: "In person",
  individual_sessions_available: "One to one",
  group_sessions_available: "Groups",
};

/** "Online · Groups" */
export function waysToMeet(tutor) {
  return Object.keys(WAYS)
    .filter((name) => tutor[name])
    .map((name) => WAYS[name])
    .join(" · ");
}

export function rating(average) {
  if (average === "0.0") return element("p", { class: "rating none" }, "Not rated");
  const star = element("span", { "aria-hidden": "true" }, "★ ");
  return element("p", { class: "rating" }, star, element("span", { class: "visually-hidden" }, "Rated "), average);
}

export function stars(number) {
  const drawn = element("span", { class: "stars", "aria-hidden": "true" }, "★".repeat(number) + "☆".repeat(5 - number));
  return element("span", {}, drawn, element("span", { class: "visually-hidden" }, `${number} of 5 stars`));
}

export function texts(name, list) {
  return list.map((text) => element(name, {}, text));
}
