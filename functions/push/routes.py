"""The HTTP endpoints of push messages."""

from starlette.responses import Response

from functions.push import repository
from functions.push.schemas import NewSubscription, PushKey, Subscription, Subscriptions, decoded
from shared.domain.auth import AccountGone, User
from shared.kit.errors import NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.response_models import Detail
from shared.kit.http.responses import detail_response, json_response, raw_json_response
from shared.kit.http.routing import router

push = router("notifications")
# Per account; a new one replaces the oldest.
MAX_SUBSCRIPTIONS = 10


class SubscriptionNotFound(NotFound):
    """There is no such subscription, or it is somebody else's."""


@push.get("/api/notification/push/key/", response_model=PushKey)
def get_push_key(_caller: User) -> Response:
    """Get the key that a browser needs to subscribe to push messages."""
    from functions.push.vapid import public_key

    return json_response({"public_key": public_key()})


@push.get("/api/notification/push/subscriptions/", response_model=Subscriptions)
def list_push_subscriptions(caller: User) -> Response:
    """List the browsers that get your push messages, newest first."""
    return raw_json_response(f'{{"results":{repository.list_subscriptions(caller.id, caller.session_id)}}}')


@push.post("/api/notification/push/subscriptions/", status_code=201, response_model=Subscription)
def subscribe_to_push(caller: User, new: NewSubscription) -> Response:
    """Subscribe a browser to push messages; it gets them until it is unsubscribed or signed out.

    Sending it again changes nothing. An account has at most ten: a new one replaces the oldest.
    """
    keys = decoded(new.keys.p256dh), decoded(new.keys.auth)
    found = repository.subscribe(caller.id, caller.session_id, new.endpoint, keys, MAX_SUBSCRIPTIONS)
    if found is None:
        raise AccountGone
    return raw_json_response(found, 201)


@push.delete(
    "/api/notification/push/subscriptions/{subscription_id:int64}/",
    response_model=Detail,
    responses=error_responses(SubscriptionNotFound),
)
def unsubscribe_from_push(caller: User, subscription_id: int) -> Response:
    """Unsubscribe a browser."""
    if not repository.unsubscribe(caller.id, subscription_id):
        raise SubscriptionNotFound
    return detail_response("Ta przeglądarka nie dostaje już powiadomień.", caller.language)
