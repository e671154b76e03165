import { element, labelled } from "./dom.js";
import { Form, submit } from "./forms.js";
import { make } from "./passkeys.js";

/** What a new authenticator app is told; `confirm(code)` is done with what it then shows. */
export function appForm({ secret, otpauth_uri: uri, qr_code: svg }, confirm, ...more) {
  const code = element("input", { inputmode: "numeric", autocomplete: "one-time-code", required: true });
  const link = element("a", { href: uri }, "open it in the app on this device");
  return new Form(
    "Confirm the app",
    () => confirm(code.value),
    element("p", {}, "Scan this code with your app, or ", link, ", or type the key below it into the app:"),
    qrCode(svg),
    element("p", {}, element("code", { "aria-label": "Key" }, secret)),
    labelled("The six digits that the app shows", code),
    element("div", { class: "choices" }, submit("Confirm"), ...more),
  ).root;
}

/** As a picture: what a page reads as a document could bring scripts along. Its address is of this page alone, until it is shown. */
function qrCode(svg) {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  const picture = element("img", { class: "qr-code", src: address, alt: "QR code for your app" });
  picture.addEventListener("load", () => URL.revokeObjectURL(address));
  return picture;
}

/** `begin()` answers what the browser makes a passkey with, `confirm({ name, passkey })` lets it count. */
export function passkeyForm(begin, confirm, ...more) {
  const name = nameInput();
  let options = null;
  const form = new Form(
    "Passkey",
    async () => {
      // Kept where the browser refuses: what was proved for it would have to be proved again.
      options ??= await begin();
      const passkey = await make(options);
      options = null;
      await confirm({ name: name.value, passkey });
    },
    labelled("Name of this device", name),
    element("div", { class: "choices" }, submit("Add a passkey"), ...more),
  );
  return form.root;
}

/** Where a passkey is named. */
export function nameInput(value = "") {
  return element("input", { autocomplete: "off", maxlength: 100, required: true, value });
}

/** Recovery codes, which are shown once, below a heading of the level that the page has there: "h2". */
export function recoveryCodes(level, title, codes, ...more) {
  const heading = element(level, { tabindex: "-1" }, title);
  const root = element(
    "section",
    { class: "notice", "aria-label": "Recovery codes" },
    heading,
    element("p", {}, "Keep these recovery codes where you can find them without this device. Each works once; they are not shown again."),
    element("ul", { id: "codes", class: "codes" }, ...codes.map((code) => element("li", {}, element("code", {}, code)))),
    ...more,
  );
  return { root, focus: () => heading.focus() };
}
