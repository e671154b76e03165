import { BrowserRefused } from "./errors.js";

export const SUBSCRIPTIONS = "/api/notification/push/subscriptions/";
const KEY = "/api/notification/push/key/";
const WORKER = "/_local/pages/push_worker.js";
const trusted = globalThis.trustedTypes?.createPolicy("push-worker", { createScriptURL: () => WORKER });

/** A browser has one subscription for each worker, and a worker for each scope: so each account has its own. */
const scope = (account) => `/_local/pages/push/${account.demo.id}/`;

/** Lets this browser show the push messages of an account. Throws BrowserRefused. */
export async function subscribe(account) {
  if (!navigator.serviceWorker || !globalThis.PushManager) {
    throw new BrowserRefused("Push messages need a browser that supports them, and HTTPS or localhost.");
  }
  if ((await Notification.requestPermission()) !== "granted") {
    throw new BrowserRefused("The browser does not let this page show notifications.");
  }
  const { public_key: applicationServerKey } = await account.call("GET", KEY);
  const subscription = await byBrowser(async () => {
    const worker = await activeWorker(account);
    // An old one may have been made with another key.
    await (await worker.pushManager.getSubscription())?.unsubscribe();
    return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  });
  await account.call("POST", SUBSCRIPTIONS, { body: subscription.toJSON() });
}

/** Ends a subscription of an account, which is `current` if it is this browser's. */
export async function unsubscribe(account, { id, current }) {
  await account.call("DELETE", `${SUBSCRIPTIONS}${id}/`);
  if (!current) return;
  const worker = await navigator.serviceWorker?.getRegistration(scope(account));
  await (await worker?.pushManager.getSubscription())?.unsubscribe();
}

async function activeWorker(account) {
  const url = trusted ? trusted.createScriptURL(WORKER) : WORKER;
  const registration = await navigator.serviceWorker.register(url, { scope: scope(account) });
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  if (worker.state !== "activated") {
    await new Promise((resolve, reject) => {
      worker.addEventListener("statechange", () => {
        if (worker.state === "activated") resolve();
        if (worker.state === "redundant") reject(new Error("the worker was not installed"));
      });
    });
  }
  return registration;
}

/** What the browser does itself: it may have no push service, or not reach it. */
async function byBrowser(work) {
  try {
    return await work();
  } catch (error) {
    throw new BrowserRefused(`The browser could not subscribe: ${error.message}`);
  }
}
