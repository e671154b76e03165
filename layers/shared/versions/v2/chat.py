"""Conversations and messages in pages."""

import re

from shared.kit.db.integers import MAX_INT32
from shared.versions.endpoints import Endpoints
from shared.versions.exchange import Answer, Api, Request, refusal
from shared.versions.pages import PAGE, NoSuchPage, page_link, page_number, page_size
from shared.versions.v2.people import with_both, with_file

CONVERSATIONS = "/api/chat/conversations/"
HISTORY = "/api/chat/conversation_detail/{}/"
# The last place on a page of messages, and their number: the places of messages have no gaps.
CURSOR, CURSOR_FORM = "cursor", re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
NEWEST = str(MAX_INT32)
# For last messages: files are separate, not part of the text.
AS_FILES = [("attachments", "true")]
endpoints = Endpoints()


@endpoints.add("GET", CONVERSATIONS)
async def list_conversations(request: Request, api: Api) -> Answer:
    """Cut the API's complete list into pages."""
    answer = await api(request.with_query(AS_FILES))
    if answer.status != 200:
        return answer
    found, wanted = answer.json, dict(request.query)
    size = page_size(wanted)
    last = max(1, -(-len(found) // size))
    number = last if wanted.get(PAGE) == "last" else page_number(wanted.get(PAGE, "1"))
    if number is None or number > last:
        return refusal(NoSuchPage())
    shown = [with_both(each) for each in found[(number - 1) * size : number * size]]
    following = page_link(request, p=str(number + 1)) if number < last else None
    before = page_link(request, p=str(number - 1)) if number > 1 else None
    return answer.with_json({"count": len(found), "next": following, "previous": before, "results": shown})


@endpoints.add("POST", "/api/chat/conversation/")
async def open_conversation(request: Request, api: Api) -> Answer:
    """Opening a conversation that exists returns it as if it were new."""
    answer = await api(request)
    return answer.with_json(with_both(answer.json), 201) if answer.status in {200, 201} else answer


@endpoints.add(
    "GET",
    "/api/chat/conversation/{conversation_id}/",
    served_by="/api/chat/conversations/{conversation_id:lower_uuid}/",
)
async def get_conversation(request: Request, api: Api) -> Answer:
    answer = await api(request.to(f"{CONVERSATIONS}{request.variables['conversation_id']}/").with_query(AS_FILES))
    return answer.with_json(with_both(answer.json)) if answer.status == 200 else answer


@endpoints.add(
    "GET",
    "/api/chat/conversation_details/{conversation_id}/",
    served_by="/api/chat/conversation_detail/{conversation_id:lower_uuid}/",
)
async def list_messages(request: Request, api: Api) -> Answer:
    """Newest first. Pages continue by place, so that new messages cause no repetitions."""
    wanted = dict(request.query)
    size = page_size(wanted)
    cursor = CURSOR_FORM.fullmatch(wanted.get(CURSOR, ""))
    if not cursor and (CURSOR in wanted or page_number(wanted.get(PAGE, "1")) != 1):
        return refusal(NoSuchPage())
    before = cursor[1] if cursor else NEWEST
    query = [("before", before), ("number_of_last_messages", str(size))]
    answer = await api(request.to(HISTORY.format(request.variables["conversation_id"])).with_query(query))
    if answer.status != 200:
        return answer
    found = answer.json[::-1]
    count = int(cursor[2]) if cursor else max((each["seq"] for each in found), default=0)
    following = (
        page_link(request, cursor=f"{found[-1]['seq']}-{count}", p="1") if found and found[-1]["seq"] > 1 else None
    )
    results = [with_file(each) for each in found]
    return answer.with_json({"count": count, "next": following, "previous": None, "results": results})


@endpoints.add("POST", "/api/chat/conversation/message/upload-file/", served_by="/api/chat/files/")
async def upload_file(request: Request, api: Api) -> Answer:
    """A message whose author is given by id; everyone else gets it over the socket."""
    answer = await api(request.to("/api/chat/files/"))
    if answer.status != 201:
        return answer
    sent = with_file(answer.json)
    return answer.with_json({**sent, "created_by": sent["created_by"]["id"]})
