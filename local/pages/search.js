import { call } from "./api.js";
import { avatar, button, element, setHidden } from "./dom.js";
import { explain } from "./errors.js";
import { ZONE } from "./times.js";
import { rating, texts, waysToMeet } from "./tutor_parts.js";

const PATH = "/api/user/tutor/search/";
const PAGE_SIZE = 6;
// Short enough to feel immediate, long enough not to ask for every letter.
const TYPING_PAUSE = 200;

/** The search form and the cards it finds. */
export class Search {
  #open;
  #form = document.getElementById("search");
  #found = document.getElementById("found");
  #cards = document.getElementById("cards");
  #more = document.getElementById("more");
  #running = new AbortController();
  #timer;
  #next = null;

  /** `open` is called with a tutor whose details are to be shown. */
  constructor(open) {
    this.#open = open;
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#start(), TYPING_PAUSE);
    });
    this.#more.addEventListener("click", () => this.#load(this.#next));
    this.#listChoices();
    this.#start();
  }

  async #listChoices() {
    const byName = new Intl.Collator("pl").compare;
    try {
      const [{ json: skills }, { json: facets }] = await Promise.all([
        call("GET", "/api/user/tutor/skills/"),
        call("GET", `${PATH}facets/`),
      ]);
      const names = skills.map(({ skill }) => skill).sort(byName);
      this.#form.elements.skills.append(...texts("option", names));
      const cities = new Set(Object.keys(facets.locations).map((location) => location.split(",")[0]));
      document.getElementById("places").append(...[...cities].sort(byName).map((value) => element("option", { value })));
    } catch {
      // The search itself says that nobody answers.
    }
  }

  #start() {
    return this.#load(`${PATH}?${this.#query()}`, { isNew: true });
  }

  #query() {
    const { hours, ...fields } = Object.fromEntries(new FormData(this.#form));
    const query = new URLSearchParams({ page_size: PAGE_SIZE });
    for (const [name, value] of Object.entries(fields)) if (value.trim()) query.set(name, value.trim());
    if (hours) [query.set("free_from", hours.split("-")[0]), query.set("free_to", hours.split("-")[1])];
    if (hours || fields.free_within) query.set("free_tz", ZONE);
    return query;
  }

  /** Shows one page; an answer still awaited is given up. */
  async #load(address, { isNew = false } = {}) {
    this.#running.abort();
    const { signal } = (this.#running = new AbortController());
    try {
      const { json: tutors, response } = await call("GET", address, { signal });
      if (signal.aborted) return;
      if (isNew) this.#cards.replaceChildren();
      const added = tutors.map((tutor) => this.#card(tutor));
      this.#cards.append(...added);
      this.#next = /<([^>]+)>; rel="next"/.exec(response.headers.get("Link") ?? "")?.[1] ?? null;
      this.#found.textContent = this.#summary();
      setHidden(this.#more, this.#next === null, added[0]?.querySelector("button") ?? this.#found);
    } catch (error) {
      if (!signal.aborted) this.#fail(error, isNew);
    }
  }

  /** What is shown stays when there is only no more of it: the same button asks again. */
  #fail(error, isNew) {
    if (isNew) {
      this.#next = null;
      this.#cards.replaceChildren();
      this.#more.hidden = true;
    }
    this.#found.textContent = explain(error);
  }

  #summary() {
    const number = this.#cards.childElementCount;
    if (number === 0) return "No tutor matches. Try fewer or broader filters.";
    if (this.#next) return `The best ${number}. There are more.`;
    return number === 1 ? "One tutor." : `${number} tutors.`;
  }

  #card(tutor) {
    const name = `${tutor.first_name} ${tutor.last_name}`;
    return element(
      "li",
      { class: "card" },
      element(
        "div",
        { class: "card-head" },
        avatar(tutor.profile_image, 44),
        element(
          "div",
          { class: "who" },
          element("h3", {}, name),
          element("p", { lang: "pl" }, tutor.tutoring_location || "No place given"),
        ),
        rating(tutor.avg_rating),
      ),
      element("ul", { class: "chips", lang: "pl", "aria-label": "Skills" }, ...texts("li", tutor.skills)),
      element("p", { class: "description", lang: "pl" }, tutor.description ?? ""),
      element(
        "div",
        { class: "card-foot" },
        element(
          "div",
          {},
          element("p", { class: "price" }, element("strong", {}, `${tutor.price} zł`), " an hour"),
          element("p", { class: "ways" }, waysToMeet(tutor)),
        ),
        button("Free times", () => this.#open(tutor), { "aria-label": `Free times of ${name}` }),
      ),
    );
  }
}
