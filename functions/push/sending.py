"""Sending queued push messages. Their texts are built when they are sent; messages read meanwhile are skipped."""

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from functions.push import repository
from functions.push.delivery import Unreachable, post
from functions.push.encryption import MAX_MESSAGE, encrypt
from functions.push.repository import DuePush
from functions.push.vapid import authorization
from shared.data.unread_messages import UnreadMessages, list_unread_messages
from shared.domain.names import full_name
from shared.domain.quotes import NEW_DAYS, quote
from shared.kit.json import json_text
from shared.kit.observability.log import logger
from shared.texts import Language, texts

# A batch is sent concurrently; no new batch is started after this many seconds.
BATCH = 16
ENOUGH_SECONDS = 25.0
# Seconds for which a push service keeps a message for an offline browser.
KEPT_SECONDS = 24 * 3600
# For messages about an imminent time: read later, they would send users to a session that is over or a seat no longer
# held for them.
KEPT_SECONDS_OF = {"reminder_hour_before": 3600, "booking_offered": 1800}
GONE = frozenset({404, 410})
LATER = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Message:
    """`kept` is the number of seconds it stays relevant, None for a day."""

    push: DuePush
    body: bytes
    kept: int | None


def send_due() -> int:
    """Send what is due; returns the number of messages that the services accepted."""
    sent, started = 0, time.monotonic()
    with ThreadPoolExecutor(BATCH) as workers:
        while time.monotonic() - started < ENOUGH_SECONDS and (due := repository.claim_due(BATCH)):
            messages = write(due)
            silent = {push.id for push in due} - {each.push.id for each in messages}
            sent += _record(zip(messages, workers.map(_status, messages), strict=True), list(silent))
    repository.delete_old()
    return sent


def write(due: Sequence[DuePush]) -> list[Message]:
    """The messages with their content as JSON, without those that are no longer relevant."""
    told = {**_notifications(due), **_unread_messages(due)}
    messages = [_message(push, told[push.id]) for push in due if push.id in told]
    return [message for message in messages if message.kept is None or message.kept > 0]


def _message(push: DuePush, told: dict[str, object]) -> Message:
    kept = KEPT_SECONDS_OF.get(str(told["kind"]))
    return Message(push, _fitting(told), None if kept is None else kept - push.age)


def _fitting(told: dict[str, object]) -> bytes:
    text = str(told["message"])
    while len(content := json_text(told).encode()) > MAX_MESSAGE:
        text = text[: len(text) // 2]
        told = {**told, "message": f"{text}…"}
    return content


def _notifications(due: Iterable[DuePush]) -> dict[int, dict[str, object]]:
    """The content of messages about notifications, by message id."""
    named = {push.id: push.notification_id for push in due if push.notification_id is not None}
    found = {each.id: each for each in repository.list_unread(list(named.values()))}
    return {
        push_id: {"kind": found[number].kind, "message": found[number].message, "notification": number}
        for push_id, number in named.items()
        if number in found
    }


def _unread_messages(due: Iterable[DuePush]) -> dict[int, dict[str, object]]:
    """The content of messages about conversations, by message id."""
    named = [(push, push.conversation_id) for push in due if push.conversation_id is not None]
    members = [(conversation_id, push.user_id) for push, conversation_id in named]
    found = {(each.conversation_id, each.user_id): each for each in list_unread_messages(members, NEW_DAYS)}
    return {
        push.id: _about(found[conversation_id, push.user_id], push.language)
        for push, conversation_id in named
        if (conversation_id, push.user_id) in found
    }


def _about(unread: UnreadMessages, language: Language) -> dict[str, object]:
    words = texts(language)
    left_out = words["unread.left_out"] if unread.is_by_new_account else ""
    name = full_name(unread.first_name, unread.last_name) or words["nameless.anybody"]
    about = {"conversation": str(unread.conversation_id), "unread": unread.number}
    return {"kind": "messages_unread", "message": f"{name}: {quote(unread.body, left_out)}", **about}


def _status(message: Message) -> int:
    """The status the service returned, 0 if there was no usable response."""
    push = message.push
    headers = {
        "Authorization": authorization(push.endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(message.kept or KEPT_SECONDS),
        "Urgency": "normal" if message.kept is None else "high",
    }
    try:
        return post(push.endpoint, encrypt(message.body, push.p256dh, push.auth), headers)
    except Unreachable as error:
        logger().info("push service not reached", extra={"push_id": push.id, "error": str(error)})
        return 0


def _record(answers: Iterable[tuple[Message, int]], silent: list[int]) -> int:
    sent, gone, failed = 0, [], []
    done = silent
    for message, status in answers:
        if status in GONE:
            gone.append(message.push.subscription_id)
        elif status == 0 or status in LATER or status >= 500:
            failed.append(message.push.id)
        else:
            done.append(message.push.id)
            sent += status < 300
            if status >= 300:
                logger().warning("push refused", extra={"push_id": message.push.id, "status": status})
    repository.record(done, gone, failed)
    return sent
