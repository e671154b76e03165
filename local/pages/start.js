import { Account } from "./account.js";
import { accountCard } from "./accounts.js";
import { ChatPane } from "./chat.js";
import { setHidden } from "./dom.js";
import { watchHealth } from "./health.js";
import { Search } from "./search.js";
import { studentSide } from "./student.js";
import { openTutor } from "./tutor.js";
import { tutorSide } from "./tutor_side.js";

const byId = (id) => document.getElementById(id);

/** What takes both demo accounts: signing in, both sides of a booking, the chat. */
function showDemo([student, tutor], classmate) {
  const accounts = [student, tutor];
  const cards = accounts.map(accountCard);
  byId("accounts").append(...cards.map(({ root }) => root));
  byId("student-side").append(...studentSide(student, tutor, classmate));
  byId("tutor-side").append(...tutorSide(tutor));
  byId("panes").append(new ChatPane(student, tutor.demo).root, new ChatPane(tutor, student.demo).root);
  byId("sign-in-both").addEventListener("click", () => cards.forEach(({ signIn }) => signIn()));
  byId("book-demo-tutor").textContent = `See ${tutor.firstName}’s free times`;
  byId("book-demo-tutor").addEventListener("click", () => openTutor(tutor.demo.tutor_id, { student, tutor }));
  const show = () => {
    const signedIn = accounts.map((account) => account.isSignedIn);
    byId("first-step").textContent = signedIn.every(Boolean)
      ? `Next: book one of ${tutor.firstName}’s free times for ${student.firstName}, and watch it arrive in ${tutor.firstName}’s calendar.`
      : "Start here: sign in as a student and a tutor at once, to see both sides of a booking and of a chat.";
    byId("book-demo-tutor").hidden = !signedIn.every(Boolean);
    setHidden(byId("sign-in-both"), signedIn.every(Boolean), byId("book-demo-tutor"));
    byId("sides").hidden = byId("chat").hidden = !signedIn.some(Boolean);
    [byId("student-side").hidden, byId("tutor-side").hidden] = signedIn.map((isSignedIn) => !isSignedIn);
  };
  accounts.forEach((account) => account.addEventListener("changed", show));
  // What somebody does on another device of their own is no notification: it is seen when they come back here.
  window.addEventListener("focus", () => accounts.forEach((account) => account.announce()));
  show();
  byId("demo").hidden = false;
}

/** Shows what is configured; resolves to the demo accounts, with which a tutor is booked. */
async function showInfo() {
  const info = await (await fetch("/_local/info")).json();
  byId("inbox-link").hidden = !info.inbox;
  byId("inbox-link").href = info.inbox;
  if (info.demo_accounts.length === 2) {
    const [student, tutor] = info.demo_accounts.map((account) => new Account(account));
    showDemo([student, tutor], new Account(info.classmate));
    return { student, tutor };
  }
  byId(info.demo ? "demo-incomplete" : "no-demo").hidden = false;
  return {};
}

watchHealth(byId("health"));
const demo = showInfo();
new Search(({ id }) => openTutor(id, demo));
