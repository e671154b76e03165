"""Messages on the sockets of versions of the wire (shared.versions.sockets)."""

import json
from collections.abc import Iterator, Sequence
from uuid import UUID

from functions.chat.data import conversations
from functions.chat.domain.message_frames import stored_frame
from functions.chat.domain.messages import EVENT_DIGITS, LEGACY_DIGIT, StoredMessage
from shared.domain.timestamps import format_socket_time
from shared.kit.aws.pusher import Post
from shared.versions.protocols import UNFRAMED
from shared.versions.sockets import conversation_frame, message_frame

OWN_DIGITS = LEGACY_DIGIT + EVENT_DIGITS
UNFRAMED_DIGIT = str(UNFRAMED)


def posts_of_versions(message: StoredMessage, reader_id: str, heard: Sequence[str]) -> Iterator[Post]:
    """Post a message to a conversation's listeners, and the updated conversation to listeners of all conversations.

    `heard` are the message's listeners; all of one reader if its attachment URLs are that reader's own.
    """
    others = [each for each in heard if each[0] not in OWN_DIGITS]
    if not others:
        return
    if listeners := [each[1:] for each in others if each[0] == UNFRAMED_DIGIT]:
        sent_at = {"created_at": format_socket_time(message.created_at)}
        yield listeners, message_frame({**stored_frame(message, reader_id)["data"], **sent_at})
    if listeners := [each[1:] for each in others if each[0] != UNFRAMED_DIGIT]:
        # The conversation names its author first.
        author, conversation = UUID(message.user_id), UUID(message.conversation_id)
        found = conversations.find_conversation(author, conversation, attachments=True, reader_id=reader_id)
        if found is not None:
            yield listeners, conversation_frame(json.loads(found))
