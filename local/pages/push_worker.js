/** Shows the push messages of one account; a click on one leads to the page. */
self.addEventListener("push", (event) => {
  const { message, ...about } = event.data.json();
  const tag = about.conversation ?? String(about.notification);
  event.waitUntil(self.registration.showNotification("Tutoring platform", { body: message, tag, data: about }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(showPage());
});

async function showPage() {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = windows.find(({ url }) => new URL(url).pathname === "/");
  return page ? page.focus() : self.clients.openWindow("/");
}
