"""The HTTP endpoints of the provider identities linked to an account."""

from typing import Annotated

from starlette.responses import Response

from functions.tokens import repository
from functions.tokens.schemas import IdentityPage
from shared.data.accounts import lock_account
from shared.domain.auth import User
from shared.domain.sign_in_sessions import close_sockets, end_sessions
from shared.kit.db.transactions import transaction
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.openapi import error_responses
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.query_models import from_query
from shared.kit.http.response_models import Detail
from shared.kit.http.responses import detail_response, raw_json_response
from shared.kit.http.routing import router

identities = router("tokens")


@identities.get("/api/token/identities/", response_model=IdentityPage, responses=error_responses(FieldErrors, NotFound))
def list_identities(caller: User, query: Annotated[PageQuery, from_query(PageQuery)]) -> Response:
    """List the provider identities that can sign in to your account, most recently linked first."""
    found = repository.list_identities(caller.id, query.page)
    return raw_json_response(query.page.wrap("/api/token/identities/", found.count, found.results))


@identities.delete(
    "/api/token/identities/{identity_id:int64}/", response_model=Detail, responses=error_responses(NotFound)
)
def remove_identity(caller: User, identity_id: int) -> Response:
    """Unlink an identity, so that it can no longer sign in to your account. Your other devices are signed out.

    If you do not know your password, request a password reset first.
    """
    with transaction() as db:
        # The account first, as by its deletion. Then the identity, before the sessions: a session that it starts
        # meanwhile is then either ended or refused.
        lock_account(db, caller.id)
        if not repository.delete_identity(db, identity_id, caller.id):
            raise NotFound
        _, sockets = end_sessions(db, caller.id, but=caller.session_id)
    close_sockets(sockets)
    return detail_response("Usunięto.", caller.language)
