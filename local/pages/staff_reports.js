import { button, element, labelled } from "./dom.js";
import { findReported, reviewText } from "./staff_reviews.js";
import { moment } from "./times.js";

const KINDS = { message: "Message by", person: "Person:", review: "Review by" };
const DECISIONS = {
  dismiss: ["Leave it as it is", "Leave it as it is?"],
  hide_message: ["Hide the message", "Delete the message for both?"],
  suspend: ["Suspend the person", "Suspend the person whom the report is about?"],
};
const DECIDED = { dismiss: "Left as it was", hide_message: "Message deleted", suspend: "Person suspended" };
const STATUSES = {
  in_progress: ["In progress", "Start working on it?"],
  resolved: ["Resolved", "Is it resolved?"],
  closed: ["Closed", "Close it for good?"],
};

function name(account) {
  if (!account) return "somebody whose account was deleted";
  return `${account.first_name} ${account.last_name}`.trim() || "somebody without a name";
}

/** A report in the queue, with what can be decided or was. */
export function report(desk, item) {
  const details = element("div", {});
  const decision = DECIDED[item.decision] ?? "Decided";
  return [
    element("h3", {}, item.kind === "issue" ? "Issue" : `${KINDS[item.kind]} ${name(item.person)}`),
    element("p", { class: "note" }, `Reported by ${name(item.reporter)}, ${moment(item.created_at)}`),
    element("blockquote", {}, item.reason),
    item.decided_at && element("p", { class: "note" }, `${decision}, ${moment(item.decided_at)}`),
    details,
    element("div", { class: "actions" }, ...controls(desk, item, details)),
  ];
}

function controls(desk, item, details) {
  if (item.kind === "issue") return [button("Read and answer", () => showIssue(desk, item, details))];
  if (item.kind === "review") return item.decided_at ? [] : reviewControls(desk, item, details);
  const path = `/api/staff/reports/${item.id}/`;
  const see = button("Read", async () => {
    const found = await desk.load(path);
    if (found) details.replaceChildren(...messages(desk, found));
  });
  if (item.decision) return [see];
  const verbs = Object.keys(DECISIONS).filter((verb) => verb !== "hide_message" || item.kind === "message");
  const decide = (verb) => desk.decide(DECISIONS[verb][1], item.reason, `${path}decide/`, { decision: verb });
  return [see, ...verbs.map((verb) => button(DECISIONS[verb][0], () => decide(verb)))];
}

function reviewControls(desk, item, details) {
  const path = `/api/staff/reviews/${item.review}/`;
  const read = async () => {
    const found = await findReported(desk, item.review);
    if (found === null) return;
    details.replaceChildren(...(found ? reviewText(found) : [element("p", {}, "It is no longer reported.")]));
  };
  return [
    button("Read", read),
    button("Hide the review", () => desk.decide("Hide the review?", item.reason, `${path}hide/`)),
    button("Keep the review", () => desk.decide("Keep the review?", item.reason, `${path}unhide/`)),
  ];
}

function messages(desk, found) {
  const author = (each) => (each.author === found.person?.id ? "Reported person" : "Reporter");
  const lines = found.messages.map((each) => {
    const text = each.deleted ? "(deleted)" : each.body || "(no text)";
    const head = element("p", { class: "note" }, `${author(each)}, ${moment(each.created_at)}`);
    return element("li", {}, head, element("blockquote", {}, each.seq === found.seq ? element("mark", {}, text) : text));
  });
  const files = found.attachments.map((file) => {
    const path = `/api/staff/reports/${found.id}/attachments/${file.id}/open/`;
    const open = async () => {
      const opened = await desk.decide(`Open ${file.name}?`, "This is recorded in the audit trail.", path);
      if (opened) open_.replaceWith(element("a", { href: opened.url, target: "_blank", rel: "noopener" }, `Read ${file.name}`));
    };
    const open_ = button(`Open ${file.name}`, open);
    return open_;
  });
  const why = found.decided_at && [
    element("p", { class: "note" }, `Decided by ${name(found.decided_by)}`),
    element("blockquote", {}, found.note),
  ];
  return [element("ol", { "aria-label": "Messages" }, ...lines), ...files, ...(why || [])];
}

async function showIssue(desk, item, details) {
  const found = await desk.load(`/api/reporting/issue/detail/${item.issue}/`);
  if (!found) return;
  const field = element("textarea", { maxlength: 5000, required: true });
  const form = element(
    "form",
    { class: "sign-in" },
    labelled("Your answer", field),
    element("button", { type: "submit", class: "primary" }, "Answer"),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const sent = await desk.send("POST", `/api/reporting/issue/respond/create/${item.issue}/`, { body: field.value });
    if (sent) showIssue(desk, item, details);
  });
  const decide = (question, change) => desk.decide(question, item.reason, `/api/staff/issues/${item.issue}/`, change, "PATCH");
  const statuses = Object.entries(STATUSES)
    .filter(([status]) => status !== found.status)
    .map(([status, [label, question]]) => button(label, () => decide(question, { status })));
  details.replaceChildren(
    element("blockquote", {}, found.description),
    ...found.answers.map((each) => element("blockquote", {}, `${moment(each.created_at)}: ${each.body}`)),
    ...(found.status === "closed" ? [] : [form]),
    element("div", { class: "actions" }, ...statuses),
  );
}
