import { browserName } from "./browsers.js";
import { button, element, setHidden } from "./dom.js";
import { AccountList, Panel } from "./panel.js";
import { moment } from "./times.js";

const DEVICES = "/api/token/devices/";
const MOST = 5;
const COUNTRIES = new Intl.DisplayNames("en", { type: "region" });

/** Where an account is signed in: on what, from where, since when; each can be signed out. */
export function devices(account, title = `${account.firstName}’s devices`) {
  const others = button("Sign out all others", () => endOthers(), { class: "quiet", hidden: true });
  const panel = new Panel(title, others);

  const list = new AccountList(account, panel, {
    whenEmpty: "",
    load: () => account.call("GET", `${DEVICES}?page_size=${MOST}`),
    items: ({ count, results }) => {
      setHidden(others, count < 2, panel.title);
      others.textContent = count > MOST ? `Sign out all ${count - 1} others` : "Sign out all others";
      return results;
    },
    entry: (device) => deviceEntry(device, () => end(device)),
  });

  const end = ({ id }) => list.act(() => account.call("DELETE", `${DEVICES}${id}/`), "That device is signed out.");
  const endOthers = () => list.act(() => account.call("DELETE", DEVICES), "All other devices are signed out.");
  return panel.root;
}

function deviceEntry({ user_agent: agent, address, country, created_at: createdAt, last_used_at: usedAt, current }, end) {
  const name = current ? "This device" : browserName(agent);
  const from = [country && COUNTRIES.of(country), address && shortened(address)].filter(Boolean).join(", ");
  const place = from ? `signed in from ${from}` : "signed in";
  return element(
    "li",
    {},
    element("strong", {}, name),
    // This one signs out above, where its tokens are.
    current ? null : button("Sign out", end, { class: "quiet", "aria-label": `Sign out ${name}, ${place}, ${moment(createdAt)}` }),
    element("p", { class: "facts" }, `${place}, ${moment(createdAt)}; last used ${moment(usedAt)}`),
  );
}

/** The network of an address: enough to know it by, and not whose line it is. */
function shortened(address) {
  return address.includes(":") ? `${address.split(":").slice(0, 3).join(":")}:…` : address.replace(/\.\d+$/, ".…");
}
