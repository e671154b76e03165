"""Waking the teller."""

import boto3
import pytest

from shared.rules import telling
from shared.rules.telling import wake_teller
from tests.aws import emulated_aws
from tests.conftest import read_settings_again


def test_the_teller_is_woken_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling.teller, "installed", None)
    wake_teller()
    woken: list[str] = []
    telling.teller.installed = lambda: woken.append("now")
    wake_teller()
    assert woken == ["now"]


def test_on_aws_it_is_woken_by_its_queue(platform: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling.teller, "installed", None)
    with emulated_aws(monkeypatch):
        queue = boto3.client("sqs").create_queue(QueueName="tell")["QueueUrl"]
        monkeypatch.setenv("TELL_QUEUE_URL", queue)
        read_settings_again()
        wake_teller()
        [message] = boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"]
        assert message["Body"] == "{}"
