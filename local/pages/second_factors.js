import { button, element, replaceChildren, setHidden } from "./dom.js";
import { FactorChanges } from "./factor_changes.js";
import { recoveryCodes } from "./factor_forms.js";
import { AccountList, Panel } from "./panel.js";
import { moment } from "./times.js";

const NONE = "You sign in with your password alone. Adding a second factor signs out other devices.";

/** What signing in to an account takes besides the password: an authenticator app, passkeys, recovery codes. */
export function secondFactors(session) {
  const turningOff = button("Turn off", () => act("turnOff", "You now sign in with your password alone."), { class: "quiet" });
  const addingApp = button("Add an authenticator app", () => act("addApp", "The app is now active."));
  const addingPasskey = button("Add a passkey", () => act("addPasskey", "The passkey is now active."));
  const panel = new Panel("Second factor", turningOff);
  const codes = element("div");
  panel.note.after(codes);
  panel.root.append(element("div", { class: "choices" }, addingApp, addingPasskey));

  const list = new AccountList(session, panel, {
    whenEmpty: NONE,
    load: current,
    items: (factors) => {
      setHidden(turningOff, !factors.enabled, panel.title);
      setHidden(addingApp, Boolean(factors.authenticator_app_added_at), panel.title);
      return entries(factors);
    },
    entry: (made) => made,
  });
  session.addEventListener("changed", () => codes.replaceChildren());

  function current() {
    return session.call("GET", "/api/user/second_factors/");
  }

  /** Does one of the changes and says so; recovery codes that come with it are shown until they are put away. */
  function act(change, done, ...what) {
    return list.act(async () => {
      // The list may be older than the last change: what a change has to be confirmed with is asked for anew.
      const made = await new FactorChanges(session, await current())[change](...what);
      if (!made?.length) return;
      const shown = recoveryCodes("h4", "Recovery codes", made, button("I have saved them", () => replaceChildren(codes, [], panel.title)));
      codes.replaceChildren(shown.root);
      shown.focus();
    }, done);
  }

  function entries({ enabled, authenticator_app_added_at: appAddedAt, recovery_codes_left: left, passkeys }) {
    const another = button("Replace", () => act("addApp", "The new app is now active."), { class: "quiet", "aria-label": "Replace the app" });
    const renewal = button("Make new recovery codes", () => act("renewCodes", "The previous codes no longer work."), { class: "quiet" });
    return [
      ...(appAddedAt ? [entry("Authenticator app", `Added ${moment(appAddedAt)}`, another)] : []),
      ...passkeys.map(passkeyEntry),
      ...(enabled ? [entry("Recovery codes", `${left} left`, renewal)] : []),
    ];
  }

  function passkeyEntry(passkey) {
    const { name, created_at: createdAt, last_used_at: usedAt } = passkey;
    const used = usedAt ? `last used ${moment(usedAt)}` : "not used yet";
    return entry(
      name,
      `Passkey, added ${moment(createdAt)}; ${used}`,
      button("Rename", () => act("renamePasskey", "Renamed.", passkey), { class: "quiet", "aria-label": `Rename ${name}` }),
      button("Remove", () => act("removePasskey", `Removed: ${name}.`, passkey), { class: "quiet", "aria-label": `Remove ${name}` }),
    );
  }
  return panel.root;
}

function entry(name, facts, ...buttons) {
  return element("li", {}, element("strong", {}, name), element("div", { class: "choices" }, ...buttons), element("p", { class: "facts" }, facts));
}
