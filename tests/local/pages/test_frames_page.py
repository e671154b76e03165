"""The documentation of the sockets in a real browser: it shows the frames and can send them."""

import json

from playwright.sync_api import expect

from functions.chat.domain.emojis import read_emoji
from local.demo.accounts import STUDENT
from local.socket_events import FACTS, REQUESTS
from tests.local.pages.conftest import OpenPage

# From the browser's own data; the flag v supports the emojis that Unicode recommends.
ALL_EMOJIS = r"""() => {
  const single = /^\p{RGI_Emoji}$/v, found = [];
  for (let code = 0; code < 0x110000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    for (const text of [String.fromCodePoint(code), String.fromCodePoint(code) + "\ufe0f"]) {
      if (single.test(text)) found.push(text);
    }
  }
  return found;
}"""


def test_frames_are_shown_and_can_be_tried(open_page: OpenPage) -> None:
    page = open_page("/api/sockets/docs/").page
    expect(page.locator("#sent summary strong")).to_have_text([event.name for event in REQUESTS])
    expect(page.locator("#heard summary strong")).to_have_text([event.name for event in FACTS])
    expect(page.locator("#about p")).to_have_count(3)
    expect(page.locator("#heard summary", has_text="synced").locator("code")).to_have_text("sync")
    assert "`" not in page.locator("main").inner_text()
    page.get_by_label("E-mail address").fill(STUDENT.email)
    page.get_by_label("Password").fill(STUDENT.password)
    page.get_by_role("button", name="Open your socket").click()
    expect(page.get_by_role("status")).to_have_text("Live")
    page.locator("#sent summary", has_text="react").click()
    page.get_by_role("button", name="Use react").click()
    frame = json.loads(page.get_by_label("Frame", exact=True).input_value())
    assert frame["data"]["conversation"] == page.get_by_label("Conversation", exact=True).input_value()
    frame["data"]["seq"] = 10**9
    page.get_by_label("Frame", exact=True).fill(json.dumps(frame))
    page.get_by_role("button", name="Send").click()
    # Not only in the newest: others may come or go meanwhile, which is shown too.
    expect(page.locator("#log li", has_text="message_not_found")).to_have_count(1)
    expect(page.locator("#log li.out")).to_have_count(1)


def test_the_browser_remains_a_known_device(open_page: OpenPage) -> None:
    page = open_page("/api/sockets/docs/").page
    page.get_by_label("E-mail address").fill(STUDENT.email)
    page.get_by_label("Password").fill(STUDENT.password)
    sent = []
    for _ in range(2):
        with page.expect_response("**/api/token/") as answered:
            page.get_by_role("button", name="Open your socket").click()
        sent.append(json.loads(answered.value.request.post_data or "").get("refresh"))
        expect(page.get_by_role("status")).to_have_text("Live")
    assert [token is not None for token in sent] == [False, True]


def test_every_single_character_emoji_of_the_browser_is_accepted(open_page: OpenPage) -> None:
    emojis = open_page("/api/sockets/docs/").page.evaluate(ALL_EMOJIS)
    assert len(emojis) > 1_300
    assert [emoji for emoji in emojis if read_emoji(emoji) != emoji] == []
