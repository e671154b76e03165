"""Route keys of the WebSocket API for marking as read and for fetching missed events."""

from typing import Any

from functions.chat.actions.mark_read import note_read
from functions.chat.actions.socket_actions import Actor, Fields, act_for_user
from functions.chat.actions.sync import sync
from functions.chat.api.change_events import action_route
from functions.chat.api.socket_frames import OK, Event, Route, connection_id, fields_of


def _mark_read(actor: Actor, fields: Fields) -> None:
    place = actor.place(fields)
    note_read(actor.user_id, place.conversation_id, place.seq)


def _sync(event: Event) -> dict[str, Any]:
    act_for_user(connection_id(event), fields_of(event), sync)
    return OK


ROUTES: dict[str, Route] = {"mark_read": action_route(_mark_read), "sync": _sync}
