import { browserName } from "./browsers.js";
import { button, element } from "./dom.js";
import { AccountList, Panel } from "./panel.js";
import { SUBSCRIPTIONS, subscribe, unsubscribe } from "./push.js";
import { follow } from "./session.js";
import { moment } from "./times.js";

const PREFERENCES = "/api/notification/preferences/";
const TOPICS = { chat: "Chat", bookings: "Bookings", reviews: "Reviews", reminders: "Reminders" };
const CHANNELS = { mail: "Mail", push: "Push" };

/** What an account is told of and how, and the browsers that show its push messages. */
export function preferences(account) {
  const toggle = button("Turn on push here", () => turn(), { class: "quiet", disabled: true });
  const panel = new Panel(`${account.firstName}’s preferences`, toggle);
  const boxes = new Map();
  const table = choices((topic, channel) => {
    const name = `${TOPICS[topic]} by ${CHANNELS[channel].toLowerCase()}`;
    const box = element("input", { type: "checkbox", "aria-label": name, disabled: true });
    box.addEventListener("change", () => choose(topic, channel, name, box.checked));
    boxes.set(box, { topic, channel });
    return box;
  });
  panel.head.after(table);
  let wanted = null;
  let here = null;
  let unsaved = 0;
  let saving = Promise.resolve();

  const list = new AccountList(account, panel, {
    whenEmpty: "No browser gets push messages.",
    load: () => Promise.all([account.call("GET", PREFERENCES), account.call("GET", SUBSCRIPTIONS)]),
    items: ([told, { results }]) => {
      wanted = told;
      here = results.find(({ current }) => current) ?? null;
      show();
      return results;
    },
    entry: (subscription) => browserEntry(subscription, () => end(subscription)),
  });

  follow(account, () => {}, () => {
    for (const control of [...boxes.keys(), toggle]) control.disabled = true;
  });

  function show() {
    if (!account.isSignedIn) return;
    toggle.disabled = false;
    toggle.textContent = here ? "Turn off push here" : "Turn on push here";
    // Until it is saved, a box shows what was chosen.
    if (unsaved) return;
    for (const [box, { topic, channel }] of boxes) {
      box.checked = wanted[topic][channel];
      box.disabled = false;
    }
  }

  /** One after the other: the list does one thing at a time, and would leave out a second choice. */
  function choose(topic, channel, name, isWanted) {
    const save = async () => {
      wanted = await account.call("PATCH", PREFERENCES, { body: { [topic]: { [channel]: isWanted } } });
    };
    unsaved += 1;
    saving = saving.then(async () => {
      await list.act(save, isWanted ? `${name}: on.` : `${name}: off.`);
      unsaved -= 1;
      show();
    });
  }

  const turn = () => (here ? end(here) : list.act(() => subscribe(account), "This browser now gets push messages."));
  const end = (subscription) => list.act(() => unsubscribe(account, subscription), "That browser no longer gets push messages.");
  return panel.root;
}

function choices(box) {
  const name = (words) => element("th", { scope: "row" }, words);
  const row = (topic) =>
    element("tr", {}, name(TOPICS[topic]), ...Object.keys(CHANNELS).map((channel) => element("td", {}, box(topic, channel))));
  const heads = Object.values(CHANNELS).map((words) => element("th", { scope: "col" }, words));
  return element(
    "table",
    { class: "preferences" },
    element("thead", {}, element("tr", {}, element("td"), ...heads)),
    element("tbody", {}, ...Object.keys(TOPICS).map(row)),
  );
}

function browserEntry({ service, user_agent: browser, created_at: createdAt, current }, remove) {
  const name = current ? "This browser" : browserName(browser);
  return element(
    "li",
    {},
    element("strong", {}, name),
    button("Remove", remove, { class: "quiet", "aria-label": `Remove ${name}` }),
    element("p", { class: "facts" }, `${service}, since ${moment(createdAt)}`),
  );
}
