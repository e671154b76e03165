import { button, element } from "./dom.js";
import { moment } from "./times.js";

const SANCTIONS = {
  suspend: ["Suspend", "Suspend this person?", "They are signed out and no longer listed, and their upcoming sessions are cancelled."],
  lift: ["Lift the suspension", "Lift this person’s suspension?", "Cancelled sessions stay cancelled."],
  revoke_sessions: ["Sign out everywhere", "Sign this person out everywhere?", "They can sign in again at once."],
};

/** Somebody in the list of people, with what can be done. */
export function person(desk, item) {
  const details = element("dl", { class: "facts" });
  const sanctions = [item.suspended_at ? "lift" : "suspend", "revoke_sessions"];
  const controls = sanctions.map((verb) => {
    const [label, question, explanation] = SANCTIONS[verb];
    const path = `/api/staff/people/${item.id}/${verb}/`;
    return button(label, () => desk.decide(question, `${item.email}. ${explanation}`, path));
  });
  const see = button("See", async () => {
    const found = await desk.load(`/api/staff/people/${item.id}/`);
    if (found) details.replaceChildren(...facts(found));
  });
  const roles = [item.tutor && `tutor ${item.tutor}`, item.is_staff && "staff", !item.confirmed && "not confirmed"];
  return [
    element("h3", {}, `${item.first_name} ${item.last_name}`.trim() || item.email),
    element("p", { class: "note" }, [item.email, ...roles.filter(Boolean)].join(" · ")),
    item.suspended_at && element("p", {}, `Suspended since ${moment(item.suspended_at)}`),
    details,
    element("div", { class: "actions" }, see, ...controls),
  ];
}

function facts(found) {
  const rows = {
    Id: found.id,
    Since: moment(found.created_at),
    "Signed-in devices": `${found.devices}${found.last_used_at ? `, last used ${moment(found.last_used_at)}` : ""}`,
    "Upcoming sessions": found.coming_sessions,
    Reports: `${found.open_reports} open of ${found.all_reports}`,
    "Second factor": found.has_second_factor ? "yes" : "no",
  };
  return Object.entries(rows).map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, String(value))),
  );
}

/** What a tutor announces, as far as it is read. */
export function announcement(item) {
  const { tutor } = item;
  return [
    element("h3", { lang: "pl" }, item.title),
    element("p", { class: "note" }, `${tutor.first_name} ${tutor.last_name}, ${moment(item.created_at)}${item.hidden ? ", hidden" : ""}`),
    element("blockquote", { lang: "pl" }, item.description),
  ];
}
