"""SQS delivers at least once and in any order, with poison messages in between: what happens to the mails."""

import json
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.booking_client import at, free_tutor
from tests.support.conversations import add_conversation
from tests.support.people import People, Person, insert, query
from tests.support.push_service import Browser, push_service
from tests.support.unread_mails import time_passes
from tools.cloud.event_sources import QueuePoller
from tools.cloud.stack import Cloud
from tools.cloud.template import QueueSource

PATIENCE = 120.0
# Messages in the queue at a time: each additional one slows down all calls to moto.
CROWD = 100
POISON = ("no JSON", '{"mail_id": "seven"}', '{"mail_id": -1}', "[]", '{"mail_id": 1.5}')


@pytest.mark.parametrize("mails", [10, pytest.param(500, marks=pytest.mark.proof)])
def test_no_mail_is_sent_twice_whatever_is_in_the_queue(quiet_cloud: Cloud, people: People, mails: int) -> None:
    cloud, luck = quiet_cloud, random.Random(mails)
    recipients = [people.student().email for _ in range(mails)]
    ids = [insert("mail_outbox", {"kind": "reset_password", "recipient": each}) for each in recipients]
    bodies = [json.dumps({"mail_id": each}) for each in ids for _ in range(luck.randint(1, 5))]
    poison = [luck.choice(POISON) for _ in range(-(-len(bodies) // 9))]  # a tenth of the messages
    messages = bodies + poison
    luck.shuffle(messages)
    source = source_of(cloud, "MailQueue")
    url = cloud.aws.queues[source.queue]
    before, calls = len(cloud.aws.mails()), 0
    for start in range(0, len(messages), CROWD):
        for body in messages[start : start + CROWD]:
            cloud.aws.sqs.send_message(QueueUrl=url, MessageBody=body)
        calls += hand_over_all(cloud, source)

    sent = Counter(mail.to for mail in cloud.aws.mails()[before:])
    assert sent == Counter(recipients)
    assert query("SELECT count(*) FROM mail_outbox WHERE sent_at IS NULL") == [(0,)]
    assert sorted(dead_letters(cloud)) == sorted(poison)
    assert calls < len(messages) / 2, "one message per call: no batch was split"


def test_a_booking_triggers_the_dispatcher(quiet_cloud: Cloud, people: People) -> None:
    tutor, student = free_tutor(people), people.student()
    new = {"tutor": tutor.tutor_id, "start_time": at(9).isoformat(), "length": 60}
    answer = httpx.post(
        f"{quiet_cloud.url}/api/reservation/reservation/",
        json=new,
        headers={"authorization": f"Bearer {student.access}"},
        timeout=60,
    )
    assert answer.status_code == 201, answer.text
    source = source_of(quiet_cloud, "DispatchQueue")
    poller = QueuePoller(quiet_cloud.aws, source, quiet_cloud.functions[source.function])
    poller.step()
    assert poller.calls == 1
    assert query("SELECT user_id FROM notifications") == [(tutor.id,)]


def hand_over_all(cloud: Cloud, source: QueueSource) -> int:
    """Poll the queue twice at the same time until it is empty; returns how often the function was called."""
    pollers = [QueuePoller(cloud.aws, source, cloud.functions[source.function]) for _ in range(2)]
    for each in pollers:
        each.start()
    try:
        wait_until_empty(cloud, cloud.aws.queues[source.queue])
    finally:
        for each in pollers:
            each.stop()
        for each in pollers:
            each.join()
    return sum(each.calls for each in pollers)


def source_of(cloud: Cloud, queue: str) -> QueueSource:
    [found] = [each for each in cloud.template.queue_sources if each.queue == queue]
    return found


def wait_until_empty(cloud: Cloud, url: str) -> None:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    deadline = time.monotonic() + PATIENCE
    while any(
        int(number)
        for number in cloud.aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values()
    ):
        assert time.monotonic() < deadline, "messages are left"
        time.sleep(0.1)


def dead_letters(cloud: Cloud) -> list[str]:
    """The bodies of the messages in the dead-letter queue, which are deleted."""
    url, bodies = cloud.aws.queues["MailDeadLetters"], []
    while found := cloud.aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        bodies += [each["Body"] for each in found]
        for each in found:
            cloud.aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return bodies


@pytest.mark.proof
def test_an_unread_message_becomes_a_push_message_and_then_a_mail(
    quiet_cloud: Cloud, people: People, tmp_path: Path
) -> None:
    cloud, student, tutor, browser = quiet_cloud, people.student(first_name="Jan"), people.tutor(), Browser()
    talk = add_conversation(student, tutor)
    with push_service(tmp_path) as service:
        here = {"SSL_CERT_FILE": str(tmp_path / "authority.pem"), "PUSH_PRIVATE_ADDRESSES": "on"}
        for name in ("PushFunction", "PushSendFunction"):
            function = cloud.functions[name]
            function.environment = {**function.environment, **here}
        subscription = browser.subscription(f"{service.url}/send")
        call(cloud, "/api/notification/push/subscriptions/", tutor, subscription)
        call(cloud, f"/api/chat/conversations/{talk}/messages/", student, {"body": "Czy jutro?"})
        time_passes(11)
        assert cloud.functions["UnreadMailFunction"].invoke({}) == {"queued": 0}
        hand_over_all(cloud, source_of(cloud, "PushQueue"))
        [(_path, _headers, body)] = service.received
    assert json.loads(browser.decrypt(body))["message"] == "Jan Nowak: Czy jutro?"
    time_passes(5 * 60)
    assert cloud.functions["UnreadMailFunction"].invoke({}) == {"queued": 1}
    hand_over_all(cloud, source_of(cloud, "MailQueue"))
    [mail] = cloud.aws.mails(tutor.email)
    assert "Czy jutro?" in mail.text


def call(cloud: Cloud, path: str, person: Person, body: Any) -> None:
    headers = {"authorization": f"Bearer {person.access}"}
    answer = httpx.post(f"{cloud.url}{path}", json=body, headers=headers, timeout=60)
    assert answer.status_code == 201, answer.text
