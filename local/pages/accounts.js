import { follow } from "./session.js";
import { avatar, button, element } from "./dom.js";
import { explain } from "./errors.js";

const PICTURE = "/static/media/uploads/user/default.jpg";
const CAN_DO = {
  student: "Finds tutors, books their times, waits for seats in groups.",
  tutor: "Answers requests, keeps a calendar, is told of bookings at once.",
};

/**
 * A demo account: what it can do, how anybody signs in to it, and buttons to do so here.
 *
 * `signIn` does what its button does, and the card says why it fails.
 */
export function accountCard(account) {
  const { role, email, password } = account.demo;
  const state = element("p", { class: "pill" });
  const problem = element("p", { class: "error", role: "alert" });
  const enter = button(`Sign in as ${account.firstName}`, () => signIn());
  const leave = button("Sign out", () => account.signOut(), { "aria-label": `Sign out ${account.firstName}` });

  async function signIn() {
    problem.textContent = "";
    try {
      await account.signIn();
    } catch (error) {
      problem.textContent = explain(error);
    }
  }

  function show(isSignedIn) {
    const hadFocus = [enter, leave].includes(document.activeElement);
    state.textContent = isSignedIn ? "Signed in" : "Signed out";
    state.dataset.state = isSignedIn ? "live" : "signed-out";
    enter.hidden = isSignedIn;
    leave.hidden = !isSignedIn;
    if (hadFocus) (isSignedIn ? leave : enter).focus();
  }

  follow(account, () => show(true), () => show(false));
  const root = element(
    "article",
    { class: "account", "aria-label": `${account.name}, ${role}` },
    element(
      "header",
      { class: "account-head" },
      avatar(PICTURE, 44),
      element("div", { class: "who" }, element("h3", {}, account.name), element("p", {}, `Demo ${role}`)),
      state,
    ),
    element("p", { class: "note" }, CAN_DO[role]),
    element(
      "dl",
      { class: "credentials" },
      element("div", {}, element("dt", {}, "E-mail"), element("dd", {}, email)),
      element("div", {}, element("dt", {}, "Password"), element("dd", {}, password)),
    ),
    element("div", { class: "choices" }, enter, leave),
    problem,
  );
  return { root, signIn };
}
