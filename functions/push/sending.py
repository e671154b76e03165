"""Sending the push messages that wait. What each says is found when it is sent: what was read meanwhile is not."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from functions.push import repository
from functions.push.delivery import Unreachable, post
from functions.push.encryption import MAX_MESSAGE, encrypt
from functions.push.repository import DuePush
from functions.push.vapid import authorization
from shared.data.unread_messages import find_unread_messages
from shared.domain.names import full_name
from shared.domain.quotes import NEW_DAYS, quote
from shared.kit.json import json_text
from shared.kit.observability.log import logger
from shared.texts import texts

# All of a batch are on their way at once; no new one is begun after so many seconds.
BATCH = 16
ENOUGH_SECONDS = 25.0
# Seconds for which a push service keeps a message for a browser that is not there.
KEPT_SECONDS = 24 * 3600
GONE = frozenset({404, 410})
LATER = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Message:
    push: DuePush
    body: bytes


def send_due() -> int:
    """Send what is due; returns how many messages the services took."""
    sent, started = 0, time.monotonic()
    with ThreadPoolExecutor(BATCH) as workers:
        while time.monotonic() - started < ENOUGH_SECONDS and (due := repository.claim_due(BATCH)):
            messages = [Message(push, body) for push in due if (body := write(push))]
            silent = {push.id for push in due} - {each.push.id for each in messages}
            sent += _record(zip(messages, workers.map(_status, messages), strict=True), list(silent))
    repository.delete_old()
    return sent


def write(push: DuePush) -> bytes:
    """What a message says, as JSON; b"" if it has nothing to say any more."""
    if push.notification_id is not None:
        found = repository.find_notification(push.notification_id)
        told = found and {"kind": found.kind, "message": found.message, "notification": push.notification_id}
    else:
        told = _unread_messages(push)
    if not told:
        return b""
    text = str(told["message"])
    while len(content := json_text(told).encode()) > MAX_MESSAGE:
        text = text[: len(text) // 2]
        told = {**told, "message": f"{text}…"}
    return content


def _unread_messages(push: DuePush) -> dict[str, object] | None:
    if push.conversation_id is None:
        return None
    found = find_unread_messages(push.conversation_id, push.user_id, NEW_DAYS)
    if found is None:
        return None
    words = texts(push.language)
    left_out = words["unread.left_out"] if found.is_by_new_account else ""
    name = full_name(found.first_name, found.last_name) or words["nameless.anybody"]
    message = f"{name}: {quote(found.body, left_out)}"
    about = {"conversation": str(push.conversation_id), "unread": found.number}
    return {"kind": "messages_unread", "message": message, **about}


def _status(message: Message) -> int:
    """What the service answered, 0 if nothing of use."""
    push = message.push
    headers = {
        "Authorization": authorization(push.endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_SECONDS),
        "Urgency": "normal",
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
