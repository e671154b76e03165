"""Route keys of the WebSocket API for what clients do besides sending messages and reading them."""

from collections.abc import Callable
from typing import Any

from functions.chat.actions.change_messages import delete_message, edit_message
from functions.chat.actions.presence import tell_typing
from functions.chat.actions.react import react
from functions.chat.actions.socket_actions import Actor, BadData, Fields, act
from functions.chat.api.socket_frames import OK, Event, Route, connection_id, fields_of
from functions.chat.domain.emojis import read_emoji
from functions.chat.domain.messages import is_body


def _edit(actor: Actor, fields: Fields) -> None:
    body = fields.get("body")
    if not is_body(body):
        raise BadData
    edit_message(actor.user_id, actor.place(fields), body)


def _delete(actor: Actor, fields: Fields) -> None:
    delete_message(actor.user_id, actor.place(fields), only_for_me=_flag(fields, "only_for_me", default=False))


def _react(actor: Actor, fields: Fields) -> None:
    emoji = fields.get("emoji")
    found = read_emoji(emoji) if isinstance(emoji, str) else None
    if found is None:
        raise BadData
    react(actor.user_id, actor.place(fields), found, on=_flag(fields, "on", default=True))


def _flag(fields: Fields, name: str, *, default: bool) -> bool:
    value = fields.get(name, default)
    if not isinstance(value, bool):
        raise BadData
    return value


def action_route(action: Callable[[Actor, Fields], object]) -> Route:
    """The function for a route key whose frames request an action in a conversation."""

    def handle(event: Event) -> dict[str, Any]:
        act(connection_id(event), fields_of(event), action)
        return OK

    return handle


ROUTES: dict[str, Route] = {
    "edit_message": action_route(_edit),
    "delete_message": action_route(_delete),
    "react": action_route(_react),
    "typing": action_route(tell_typing),
}
