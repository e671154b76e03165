import { button, element } from "./dom.js";
import { announcement, person } from "./staff_people.js";
import { report } from "./staff_reports.js";
import { hiddenReview } from "./staff_reviews.js";
import { moment } from "./times.js";

const REASON = { hide: "Hide it from everybody but its tutor?", unhide: "Show it to everybody again?" };

/** Who an account is, in a line; of one that is gone its number. */
export function named(account) {
  if (!account) return "somebody whose account was deleted";
  const name = `${account.first_name ?? ""} ${account.last_name ?? ""}`.trim();
  return [name, account.email].filter(Boolean).join(", ") || `account ${account.id}`;
}

function action(item) {
  const what = [item.action.replaceAll("_", " "), item.subject && `(${item.subject})`].filter(Boolean).join(" ");
  return [
    element("h3", {}, what),
    element("p", { class: "note" }, `${item.actor ? named(item.actor) : "The operator"}, ${moment(item.at)}`),
    item.person && element("p", {}, `About ${named(item.person)}`),
    item.reason && element("blockquote", {}, item.reason),
  ];
}

function decisions(desk, item, verbs) {
  return element(
    "div",
    { class: "actions" },
    ...verbs.map((verb) =>
      button(verb === "hide" ? "Hide" : "Show again", () =>
        desk.decide(REASON[verb], item.title, `/api/staff/announcements/${item.id}/${verb}/`),
      ),
    ),
  );
}

/** The lists of the desk by what stands behind the # of the address. */
export const LISTS = {
  reports: {
    title: "Reports",
    path: "/api/staff/reports/",
    whenEmpty: "Nothing is waiting for a decision.",
    filters: [
      { name: "state", label: "State", options: { open: "Open", decided: "Decided" } },
      { name: "kind", label: "About", options: { "": "Anything", message: "Messages", person: "People", review: "Reviews", issue: "Issues" } },
    ],
    entry: report,
  },
  people: {
    title: "People",
    path: "/api/staff/people/",
    whenEmpty: "Nobody was found.",
    filters: [
      { name: "q", label: "Name, address or id" },
      { name: "only", label: "Only", options: { "": "Everybody", tutors: "Tutors", staff: "Staff", suspended: "Suspended" } },
    ],
    entry: person,
  },
  reviews: {
    title: "Hidden reviews",
    path: "/api/staff/reviews/hidden/",
    whenEmpty: "No review is hidden.",
    filters: [],
    entry: hiddenReview,
  },
  announcements: {
    title: "Announcements",
    path: "/api/staff/announcements/",
    whenEmpty: "There are none.",
    filters: [{ name: "only", label: "Only", options: { "": "All", visible: "Visible", hidden: "Hidden" } }],
    entry: (desk, item) => [...announcement(item), decisions(desk, item, [item.hidden ? "unhide" : "hide"])],
  },
  actions: {
    title: "Audit trail",
    path: "/api/staff/actions/",
    whenEmpty: "Staff have not done anything yet.",
    filters: [{ name: "person", label: "About (id of a person)" }],
    entry: (_desk, item) => action(item),
  },
};
