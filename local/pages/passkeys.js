import { BrowserRefused } from "./errors.js";

/** What the browser says, by the name of its error (www.w3.org/TR/webauthn-3, sections 5.1.3 and 5.1.4). */
const REASONS = {
  InvalidStateError: "This device already has a passkey for the account.",
  NotAllowedError: "No passkey was used: you declined, or it took too long.",
  SecurityError: "Passkeys do not work at this address.",
};

/** Makes a passkey with the API's options; what to confirm it with. Throws BrowserRefused. */
export function make(options) {
  return byBrowser((kind) => navigator.credentials.create({ publicKey: kind.parseCreationOptionsFromJSON(options) }));
}

/** Uses a passkey with the API's options; what proves it. Throws BrowserRefused. */
export function use(options) {
  return byBrowser((kind) => navigator.credentials.get({ publicKey: kind.parseRequestOptionsFromJSON(options) }));
}

async function byBrowser(work) {
  const kind = globalThis.PublicKeyCredential;
  if (!kind?.parseCreationOptionsFromJSON) {
    throw new BrowserRefused("Passkeys need a browser that supports them, and HTTPS or localhost.");
  }
  try {
    return (await work(kind)).toJSON();
  } catch (error) {
    throw new BrowserRefused(REASONS[error.name] ?? `The browser could not use a passkey: ${error.message}`);
  }
}
