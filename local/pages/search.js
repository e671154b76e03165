import { call, explain } from "./account.js";
import { element } from "./dom.js";

const PATH = "/api/user/tutor/search/";
const PAGE_SIZE = 12;
// Short enough to feel immediate, long enough not to ask for every letter.
const TYPING_PAUSE = 200;

/** The search form and the cards it finds. */
export class Search {
  #form = document.getElementById("search");
  #found = document.getElementById("found");
  #cards = document.getElementById("cards");
  #more = document.getElementById("more");
  #running = new AbortController();
  #timer;
  #next = null;

  constructor() {
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#start(), TYPING_PAUSE);
    });
    this.#more.addEventListener("click", () => this.#load(this.#next));
    this.#listSkills();
    this.#start();
  }

  async #listSkills() {
    try {
      const { json } = await call("GET", "/api/user/tutor/skills/");
      const names = json.map(({ skill }) => skill).sort(new Intl.Collator("pl").compare);
      this.#form.elements.skills.append(...names.map((name) => element("option", {}, name)));
    } catch {
      // The search itself says that nobody answers.
    }
  }

  #start() {
    const query = new URLSearchParams({ page_size: PAGE_SIZE });
    for (const [name, value] of new FormData(this.#form)) if (value.trim()) query.set(name, value);
    return this.#load(`${PATH}?${query}`, { isNew: true });
  }

  /** Shows one page; an answer still awaited is given up. */
  async #load(address, { isNew = false } = {}) {
    this.#running.abort();
    const { signal } = (this.#running = new AbortController());
    try {
      const { json: tutors, response } = await call("GET", address, { signal });
      if (signal.aborted) return;
      if (isNew) this.#cards.replaceChildren();
      this.#cards.append(...tutors.map(card));
      this.#next = /<([^>]+)>; rel="next"/.exec(response.headers.get("Link") ?? "")?.[1] ?? null;
      this.#found.textContent = this.#summary();
    } catch (error) {
      if (signal.aborted) return;
      this.#next = null;
      this.#cards.replaceChildren();
      this.#found.textContent = explain(error);
    }
    this.#more.hidden = this.#next === null;
  }

  #summary() {
    const number = this.#cards.childElementCount;
    if (number === 0) return "No tutor matches.";
    if (this.#next) return `The best ${number}. There are more.`;
    return number === 1 ? "One tutor." : `${number} tutors.`;
  }
}

function card(tutor) {
  const ways = [
    [tutor.online_sessions_available, "Online"],
    [tutor.in_person_sessions_available, "In person"],
    [tutor.individual_sessions_available, "One to one"],
    [tutor.group_sessions_available, "Groups"],
  ];
  return element(
    "li",
    { class: "card" },
    element(
      "div",
      { class: "card-head" },
      element("img", { class: "avatar", src: tutor.profile_image, alt: "", width: 44, height: 44, loading: "lazy" }),
      element(
        "div",
        { class: "who" },
        element("h3", {}, `${tutor.first_name} ${tutor.last_name}`),
        element("p", { lang: "pl" }, tutor.tutoring_location || "No place given"),
      ),
      rating(tutor.avg_rating),
    ),
    element("ul", { class: "chips", lang: "pl", "aria-label": "Skills" }, ...texts("li", tutor.skills)),
    element("p", { class: "description", lang: "pl" }, tutor.description ?? ""),
    element(
      "div",
      { class: "card-foot" },
      element("p", { class: "price" }, element("strong", {}, `${tutor.price} zł`), " an hour"),
      element("p", { class: "ways" }, ways.flatMap(([offered, name]) => (offered ? name : [])).join(" · ")),
    ),
  );
}

function rating(average) {
  if (average === "0.0") return element("p", { class: "rating none" }, "Not rated");
  const star = element("span", { "aria-hidden": "true" }, "★ ");
  return element("p", { class: "rating" }, star, element("span", { class: "visually-hidden" }, "Rated "), average);
}

function texts(name, list) {
  return list.map((text) => element(name, {}, text));
}
