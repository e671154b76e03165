"""The HTTP route that searches messages."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, WithJsonSchema
from starlette.responses import Response

from functions.chat.api.message_responses import FoundMessagePage
from functions.chat.data.message_search import Search, search_messages
from functions.chat.domain.messages import canonical_uuid
from shared.domain.auth import User
from shared.domain.limits import MESSAGE_SEARCHES
from shared.domain.platform_settings import local_zone
from shared.kit.errors import FieldErrors, NotFound, Throttled
from shared.kit.http import fields
from shared.kit.http.fields import Moment, Text, invalid
from shared.kit.http.openapi import error_responses
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.query_models import from_query
from shared.kit.http.responses import raw_json_response
from shared.kit.http.routing import router
from shared.kit.security.rate_limits import spend

message_search = router("chat")
PATH = "/api/chat/search/"
BY = "from:"
MYSELF = frozenset({"me", "ja"})


def conversation_id(value: Any) -> UUID:
    if canonical_uuid(value) is None:
        raise invalid(fields.NOT_UUID)
    return UUID(value)


class SearchQuery(PageQuery):
    q: Annotated[
        str,
        Text(max_length=200, visible=True, normalized=True),
        Field(
            description="Words that must all occur; case and accents do not matter. `from:` before a word matches"
            " the author's name, `from:me` your own messages.",
            examples=["całki from:ola"],
        ),
    ]
    conversation: Annotated[
        UUID | None,
        BeforeValidator(conversation_id),
        WithJsonSchema({"type": "string", "format": "uuid"}),
        Field(description="Only in this conversation."),
    ] = None
    since: Annotated[
        datetime | None, Moment(zone=local_zone), Field(description="Only messages sent at this time or later.")
    ] = None
    until: Annotated[
        datetime | None, Moment(zone=local_zone), Field(description="Only messages sent before this time.")
    ] = None

    @property
    def search(self) -> Search:
        words = self.q.split()
        authors = [each.removeprefix(BY) for each in words if each.startswith(BY) and each != BY]
        return Search(
            words=[each for each in words if not each.startswith(BY)],
            author_words=[each for each in authors if each not in MYSELF],
            by_me=any(each in MYSELF for each in authors),
            conversation_id=self.conversation,
            since=self.since,
            until=self.until,
        )


@message_search.get(PATH, response_model=FoundMessagePage, responses=error_responses(FieldErrors, NotFound, Throttled))
def find_messages(caller: User, query: Annotated[SearchQuery, from_query(SearchQuery)]) -> Response:
    """Search the messages of your conversations, the newest first."""
    spend(MESSAGE_SEARCHES, str(caller.id))
    found = search_messages(caller.id, query.search, query.page)
    return raw_json_response(query.page.wrap(PATH, found.count, found.results, is_complete=found.is_complete))
