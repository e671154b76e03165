import { element } from "./dom.js";

const EVERY = 5_000;
const NAMES = { server: "Server", database: "Database", redis: "Redis" };

/** Shows in `list` what is running, and keeps it up to date. */
export async function watchHealth(list) {
  const pills = Object.entries(NAMES).map(([name, label]) => [name, element("li", { class: "pill" }, label)]);
  list.append(...pills.map(([, pill]) => pill));
  for (;;) {
    const health = await ask();
    for (const [name, pill] of pills) {
      const word = health[name] ? "running" : "not answering";
      if (pill.dataset.state === word) continue;
      pill.dataset.state = word;
      pill.replaceChildren(NAMES[name], element("span", { class: "visually-hidden" }, `: ${word}`));
      pill.title = `${NAMES[name]}: ${word}`;
    }
    await new Promise((resume) => setTimeout(resume, EVERY));
  }
}

async function ask() {
  try {
    return { server: true, ...(await (await fetch("/health")).json()) };
  } catch {
    return {};
  }
}
