import { Account } from "./account.js";
import { Booking } from "./booking.js";
import { watchHealth } from "./health.js";
import { Pane } from "./pane.js";
import { Search } from "./search.js";

function showDemo(demoAccounts) {
  const panes = demoAccounts.map((demo, place) => new Pane(new Account(demo), demoAccounts[1 - place]));
  const signInBoth = document.getElementById("sign-in-both");
  signInBoth.addEventListener("click", () => panes.forEach((pane) => pane.signIn()));
  for (const { root } of panes) {
    root.addEventListener("signed", () => (signInBoth.hidden = panes.every((pane) => pane.isSignedIn)));
  }
  document.getElementById("panes").append(...panes.map((pane) => pane.root));
  document.getElementById("chat").hidden = document.getElementById("booking").hidden = false;
  new Booking(...panes);
  panes.forEach((pane) => pane.resume());
}

async function start() {
  watchHealth(document.getElementById("health"));
  new Search();
  const info = await (await fetch("/_local/info")).json();
  const inbox = document.getElementById("inbox-link");
  inbox.hidden = !info.inbox;
  inbox.href = info.inbox;
  if (info.demo_accounts.length === 2) showDemo(info.demo_accounts);
  else document.getElementById(info.demo ? "demo-incomplete" : "no-demo").hidden = false;
}

start();
