"""Waking the dispatcher."""

import boto3
import pytest

from shared.domain import dispatcher
from shared.domain.dispatcher import trigger_dispatch
from tests.conftest import read_settings_again
from tests.support.moto_aws import emulated_aws


def test_the_dispatcher_is_woken_if_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher.dispatch_trigger, "installed", None)
    trigger_dispatch()
    woken: list[str] = []
    dispatcher.dispatch_trigger.installed = lambda: woken.append("now")
    trigger_dispatch()
    assert woken == ["now"]


def test_on_aws_it_is_woken_by_its_queue(platform: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher.dispatch_trigger, "installed", None)
    with emulated_aws(monkeypatch):
        queue = boto3.client("sqs").create_queue(QueueName="dispatch")["QueueUrl"]
        monkeypatch.setenv("DISPATCH_QUEUE_URL", queue)
        read_settings_again()
        trigger_dispatch()
        [message] = boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"]
        assert message["Body"] == "{}"
