import { call } from "./api.js";
import { button, element, showState } from "./dom.js";
import { explain } from "./errors.js";

const find = (id) => document.getElementById(id);
const frameField = find("frame");
let socket = null;

function note(direction, text) {
  const entry = element("li", { class: direction }, `${direction === "out" ? "→" : "←"} ${text}`);
  find("log").prepend(entry);
}

/** The example of a frame, with the chosen conversation in place of the example's. */
function exampleOf(message) {
  const frame = structuredClone(message.examples[0].payload);
  const chosen = find("conversation").value;
  if (chosen && "conversation" in frame.data) frame.data.conversation = chosen;
  return JSON.stringify(frame);
}

function typeOf(schema) {
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ");
  return schema.enum?.join(" or ") ?? schema.$ref?.split("/").at(-1) ?? schema.type ?? "";
}

const LIMITS = ["format", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"];

function fieldRow([name, schema], required) {
  const limits = LIMITS.filter((limit) => limit in schema).map((limit) => `${limit} ${schema[limit]}`);
  const shape = [typeOf(schema), ...limits, required.includes(name) ? "required" : null].filter(Boolean).join(", ");
  return element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, shape), element("td", {}, ...prose(schema.description ?? "")));
}

/** A text with what stands between backticks as code. */
function prose(text) {
  return text.split("`").map((part, place) => (place % 2 ? element("code", {}, part) : part));
}

function describe(message, isSent) {
  const data = message.payload.properties.data;
  const rows = Object.entries(data.properties).map((field) => fieldRow(field, data.required ?? []));
  const use = isSent ? button("Use this frame", () => (frameField.value = exampleOf(message)), { "aria-label": `Use ${message.name}` }) : null;
  return element(
    "details",
    {},
    element("summary", {}, element("strong", {}, message.name), " ", ...prose(message.summary)),
    element("p", {}, ...prose(data.description ?? "")),
    element("table", {}, element("tbody", {}, ...rows)),
    element("pre", { tabindex: "0", "aria-label": `Example of ${message.name}` }, JSON.stringify(message.examples[0].payload, null, 1)),
    use,
  );
}

async function showDocument() {
  const { json } = await call("GET", "/api/schema/sockets/");
  find("about").append(...json.info.description.split("\n\n").map((each) => element("p", {}, ...prose(each))));
  for (const [key, message] of Object.entries(json.components.messages)) {
    const isSent = key.startsWith("send_");
    find(isSent ? "sent" : "heard").append(describe(message, isSent));
  }
}

function conversationOption({ id, users }) {
  const partner = users.at(-1);
  return element("option", { value: id }, `${partner.first_name} ${partner.last_name}`);
}

/** An access token. What this browser was given before tells it from a new device, about which the owner is mailed. */
async function signIn(email, password) {
  const key = `device of ${email}`;
  const { json } = await call("POST", "/api/token/", { body: { email, password, refresh: localStorage.getItem(key) ?? undefined } });
  localStorage.setItem(key, json.refresh);
  return json.access;
}

async function openSocket() {
  const token = await signIn(find("email").value, find("password").value);
  const conversations = (await call("GET", "/api/chat/conversations/", { token })).json;
  find("conversation").replaceChildren(...conversations.map(conversationOption));
  const { ticket } = (await call("POST", "/api/chat/ticket/", { token })).json;
  socket?.close();
  const opened = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/user/?ticket=${encodeURIComponent(ticket)}`);
  socket = opened;
  showState(find("state"), "connecting");
  opened.onopen = () => showOpen(true);
  opened.onmessage = ({ data }) => note("in", data);
  opened.onclose = ({ code, reason }) => {
    note("in", `closed: ${code} ${reason}`);
    if (socket === opened) showOpen(false);
  };
}

function showOpen(isOpen) {
  showState(find("state"), isOpen ? "live" : "signed-out");
  find("send").querySelector("button").disabled = !isOpen;
}

find("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  find("problem").textContent = "";
  try {
    await openSocket();
  } catch (error) {
    find("problem").textContent = explain(error);
  }
});

find("send").addEventListener("submit", (event) => {
  event.preventDefault();
  socket.send(frameField.value);
  note("out", frameField.value);
});

showDocument().catch((error) => (find("problem").textContent = explain(error)));
