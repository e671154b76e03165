"""The notification preferences of users of the start page, and the push messages of a browser."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, Worker, expect

from tests.local.pages.conftest import OpenPage
from tests.support.local_server import LocalServer
from tests.support.push_service import Browser
from tests.support.start_page import entries, panel, sign_in_both

NAME = "Ola’s preferences"
ENDPOINT = "https://push.example.com/send/start-page"
# A headless browser has no push service and no permission prompt; everything else is real.
SUBSCRIBES = """(subscription) => {
    Notification.requestPermission = async () => "granted";
    PushManager.prototype.subscribe = async (options) => {
        window.subscribedWith = options.applicationServerKey;
        return { toJSON: () => subscription };
    };
}"""
NO_SERVICE = "() => { PushManager.prototype.subscribe = async () => { throw new Error('no push service'); }; }"
# What the service worker shows, and where a click on it leads.
WATCHED = """() => {
    self.shown = [];
    self.opened = [];
    self.registration.showNotification = async (title, options) => self.shown.push({ title, ...options });
    self.clients.openWindow = async (path) => self.opened.push(path);
    self.clients.matchAll = async () => [];
}"""
CLICK = """() => self.dispatchEvent(Object.assign(new ExtendableEvent("notificationclick"), {
    notification: { close: () => self.opened.push("closed") },
}))"""


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    page = open_page("/").page
    sign_in_both(page)
    return page


def toggle(page: Page) -> Locator:
    return panel(page, NAME).get_by_role("button", name="push here")


def expect_said(page: Page, text: str) -> None:
    expect(panel(page, NAME).get_by_role("status")).to_have_text(text)


@pytest.mark.proof
def test_a_preference_is_stored(page: Page, server: LocalServer, ola: str) -> None:
    box = panel(page, NAME).get_by_label("Reviews by mail")
    expect(box).to_be_checked()
    box.uncheck()
    expect_said(page, "Reviews by mail: off.")
    path = "/api/notification/preferences/"
    assert server.call("GET", path, token=ola).json()["reviews"] == {"mail": False, "push": True}
    page.reload()
    expect(box).not_to_be_checked()
    box.check()
    expect_said(page, "Reviews by mail: on.")
    assert server.call("GET", path, token=ola).json()["reviews"]["mail"]


@pytest.mark.proof
def test_a_preference_that_cannot_be_saved_is_reverted(open_page: OpenPage) -> None:
    watched = open_page("/")
    sign_in_both(watched.page)
    box = panel(watched.page, NAME).get_by_label("Chat by push")
    expect(box).to_be_checked()

    def refuse(route: Route) -> None:
        if route.request.method == "PATCH":
            route.abort()
        else:
            route.continue_()

    watched.page.route("**/api/notification/preferences/", refuse)
    box.click()
    expect_said(watched.page, "The server is not responding.")
    expect(box).to_be_checked()
    watched.forgive()


def wait_for(page: Page, happened: Callable[[], object]) -> None:
    for _ in range(200):
        if happened():
            return
        page.wait_for_timeout(25)


def deliver(page: Page, scope: str, origin: str, message: dict[str, Any]) -> None:
    """Deliver a message as the browser does after it has decrypted what its push service sent."""
    found: list[Any] = []
    devtools = page.context.new_cdp_session(page)
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    devtools.send("ServiceWorker.enable")
    wait_for(page, lambda: found)
    [number] = [each["registrationId"] for each in found if each["scopeURL"] == scope and not each["isDeleted"]]
    delivery = {"origin": origin, "registrationId": number, "data": json.dumps(message)}
    devtools.send("ServiceWorker.deliverPushMessage", delivery)


def test_a_browser_shows_push_messages_until_they_are_turned_off(page: Page, server: LocalServer, ola: str) -> None:
    page.evaluate(SUBSCRIBES, Browser().subscription(ENDPOINT))
    expect(toggle(page)).to_have_text("Turn on push here")
    with page.context.expect_event("serviceworker") as begun:
        toggle(page).click()
    expect_said(page, "This browser now gets push messages.")
    expect(entries(page, NAME)).to_contain_text("This browserRemovepush.example.com, since ")
    key = server.call("GET", "/api/notification/push/key/", token=ola).json()["public_key"]
    assert page.evaluate("window.subscribedWith") == key

    worker: Worker = begun.value
    worker.evaluate(WATCHED)
    me = server.call("GET", "/api/user/me/", token=ola).json()["id"]
    message = {"kind": "messages_unread", "message": "Adam Zieliński: Cześć", "conversation": "c", "unread": 1}
    deliver(page, f"{server.url}/_local/pages/push/{me}/", f"{server.url}/", message)
    wait_for(page, lambda: worker.evaluate("self.shown.length"))
    [notification] = worker.evaluate("self.shown")
    assert (notification["title"], notification["body"]) == ("Tutoring platform", "Adam Zieliński: Cześć")
    assert notification["tag"] == "c"
    worker.evaluate(CLICK)
    assert worker.evaluate("new Promise((done) => setTimeout(() => done(self.opened)))") == ["closed", "/"]

    expect(toggle(page)).to_have_text("Turn off push here")
    toggle(page).click()
    expect_said(page, "That browser no longer gets push messages.")
    expect(entries(page, NAME)).to_have_count(0)
    assert server.call("GET", "/api/notification/push/subscriptions/", token=ola).json() == {"results": []}


@pytest.mark.proof
def test_the_push_subscription_of_another_device_can_be_removed(page: Page, server: LocalServer, ola: str) -> None:
    body = Browser().subscription(f"{ENDPOINT}/other")
    assert server.call("POST", "/api/notification/push/subscriptions/", token=ola, json=body).status_code == 201
    page.reload()
    expect(toggle(page)).to_have_text("Turn on push here")
    entries(page, NAME).get_by_role("button", name="Remove A browser").click()
    expect(entries(page, NAME)).to_have_count(0)


@pytest.mark.proof
def test_a_browser_that_refuses_to_subscribe_is_reported(page: Page) -> None:
    page.evaluate("() => { Notification.requestPermission = async () => 'denied'; }")
    toggle(page).click()
    expect_said(page, "The browser does not let this page show notifications.")
    page.evaluate("() => { Notification.requestPermission = async () => 'granted'; }")
    page.evaluate(NO_SERVICE)
    toggle(page).click()
    expect_said(page, "The browser could not subscribe: no push service")
