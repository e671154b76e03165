"""Route keys of the WebSocket API about reading."""

from functions.chat.actions.mark_read import mark_read
from functions.chat.actions.socket_actions import Actor, Fields
from functions.chat.api.change_events import action_route
from functions.chat.api.socket_frames import Route


def _mark_read(actor: Actor, fields: Fields) -> None:
    place = actor.place(fields)
    mark_read(actor.user_id, place.conversation_id, place.seq)


ROUTES: dict[str, Route] = {"mark_read": action_route(_mark_read)}
