"""The recorded events have the same structure as those of AWS, by the event models of Powertools."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
from aws_lambda_powertools.utilities.parser.models import (
    APIGatewayProxyEventV2Model,
    APIGatewayWebSocketConnectEventModel,
    APIGatewayWebSocketDisconnectEventModel,
    APIGatewayWebSocketMessageEventModel,
    CloudFormationCustomResourceUpdateModel,
    EventBridgeModel,
    SqsModel,
)
from pydantic import BaseModel

from tests.events.recorded import recorded

VALUES = {
    "access": "a.b.c",
    "connection_id": "YWJjZGVmZw==",
    "conversation_id": "7f8f2a52-5d1c-4b9d-9a53-0c8a4a6f7d10",
    "email": "ola@example.com",
    "notification_id": 7,
    "password": "Start1!haslo",
    "item_id": 5,
    "secret_id": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:jwt-AbCdEf",
    "step": "createSecret",
    "response_url": "https://cloudformation-custom-resource-response-eucentral1.s3.amazonaws.com/x?X-Amz-Signature=y",
    "tutor_id": 7,
    "user_id": "0d1c2b3a-4f5e-4d6c-8b7a-998877665544",
    "version": "5c0d7f3e-2f0b-4c57-9c47-0d1b7b0f3a66",
}


class RotationModel(BaseModel):
    """The only event that Powertools has no model for."""

    ClientRequestToken: UUID
    SecretId: str
    Step: Literal["createSecret", "setSecret", "testSecret", "finishSecret"]


HTTP = (
    "accounts_register",
    "availability_add_item",
    "bookings_book",
    "chat_history",
    "notifications_mark_read",
    "profiles_change_picture",
    "reviews_rate_tutor",
    "tokens_sign_in",
    "tutors_search",
)
SHAPES: dict[str, type[BaseModel]] = {
    **dict.fromkeys(HTTP, APIGatewayProxyEventV2Model),
    "socket_connect": APIGatewayWebSocketConnectEventModel,
    "socket_connect_notifications": APIGatewayWebSocketConnectEventModel,
    "socket_chat_message": APIGatewayWebSocketMessageEventModel,
    "socket_default": APIGatewayWebSocketMessageEventModel,
    "socket_disconnect": APIGatewayWebSocketDisconnectEventModel,
    "schedule_bookings": EventBridgeModel,
    "schedule_horizon": EventBridgeModel,
    "schedule_keep_alive": EventBridgeModel,
    "schedule_mail": EventBridgeModel,
    "schedule_reminders": EventBridgeModel,
    "schedule_dispatch": EventBridgeModel,
    "queue_mail": SqsModel,
    "queue_dispatch": SqsModel,
    "secrets_rotate": RotationModel,
    "migrations_custom_resource": CloudFormationCustomResourceUpdateModel,
}
# A plain invocation may contain anything.
SHAPELESS = {"migrations_invoke"}


def test_every_recorded_event_is_checked() -> None:
    files = {path.stem for path in Path(__file__).parent.glob("*.json")}
    assert files == SHAPES.keys() | SHAPELESS


@pytest.mark.parametrize(("name", "shape"), SHAPES.items())
def test_an_event_fits_its_model(name: str, shape: type[BaseModel]) -> None:
    shape.model_validate(recorded(name, **VALUES))


@pytest.mark.parametrize("name", HTTP)
def test_the_parts_of_an_http_event_agree(name: str) -> None:
    event = recorded(name, **VALUES)
    context = event["requestContext"]
    assert event["routeKey"] == context["routeKey"]
    assert event["rawPath"] == context["http"]["path"]
    assert event["headers"]["host"] == context["domainName"]
    assert event["headers"]["user-agent"] == context["http"]["userAgent"]
    assert event["headers"]["x-forwarded-for"] == context["http"]["sourceIp"]
    joined: dict[str, str] = {}
    for key, value in parse_qsl(event["rawQueryString"]):
        joined[key] = f"{joined[key]},{value}" if key in joined else value
    assert event.get("queryStringParameters", {}) == joined
    assert ("body" in event) == (context["http"]["method"] in {"POST", "PATCH"})


@pytest.mark.parametrize(
    "name", ["accounts_register", "availability_add_item", "notifications_mark_read", "profiles_change_picture"]
)
def test_a_body_has_the_length_that_its_header_states(name: str) -> None:
    event = recorded(name, **VALUES)
    body = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode()
    assert event["headers"]["content-length"] == str(len(body))


@pytest.mark.parametrize("name", ["queue_mail", "queue_dispatch"])
def test_a_queued_message_has_the_md5_of_its_body(name: str) -> None:
    [message] = recorded(name)["Records"]
    assert message["md5OfBody"] == hashlib.md5(message["body"].encode()).hexdigest()


def test_the_route_selection_expression_yields_the_route_key() -> None:
    assert _route_key("socket_chat_message") == "chat_message"
    assert _route_key("socket_default") is None


def _route_key(name: str) -> Any:
    return json.loads(recorded(name, **VALUES)["body"]).get("event")


def test_a_placeholder_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="access"):
        recorded("chat_history", conversation_id=1)
