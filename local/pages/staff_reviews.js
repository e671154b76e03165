import { button, element } from "./dom.js";
import { moment } from "./times.js";

const REPORTED = "/api/staff/reviews/reported/?page_size=100";

/** Finds a reported review: null if the list could not be loaded, undefined if the review is no longer in it. */
export async function findReported(desk, id) {
  for (let path = REPORTED; path; ) {
    const page = await desk.load(path);
    if (!page) return null;
    const found = page.results.find((each) => each.id === id);
    if (found) return found;
    path = page.next;
  }
  return undefined;
}

/** What a review says, with the tutor's reply. */
export function reviewText(item) {
  const when = moment(item.created_at) + (item.edited_at ? `, edited ${moment(item.edited_at)}` : "");
  return [
    element("p", { class: "note" }, `${item.rating} of 5 for tutor ${item.tutor_id}, ${when}`),
    element("blockquote", { lang: "pl" }, item.review),
    item.reply && element("p", { class: "note" }, "The tutor’s reply"),
    item.reply && element("blockquote", { lang: "pl" }, item.reply),
  ].filter(Boolean);
}

/** A hidden review, which can be shown again. */
export function hiddenReview(desk, item) {
  const author = `${item.student_first_name} ${item.student_last_name}`.trim();
  const by = item.hidden_by ? ` by ${item.hidden_by.first_name} ${item.hidden_by.last_name}` : "";
  const show = () => desk.decide("Show the review to everybody again?", item.review, `/api/staff/reviews/${item.id}/unhide/`);
  return [
    element("h3", {}, `Review by ${author || "somebody without a name"}`),
    element("p", { class: "note" }, `Hidden${by}, ${moment(item.hidden_at)}`),
    ...reviewText(item),
    element("div", { class: "actions" }, button("Show again", show)),
  ];
}
