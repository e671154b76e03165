"""The HTTP endpoints of your own account, including its private fields."""

from starlette.responses import Response

from functions.profiles import repository, service
from functions.profiles.schemas import Me, MeChange
from shared.domain.auth import User
from shared.kit.db.pool import connection
from shared.kit.db.transactions import transaction
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router

me = router("profiles")


@me.get("/api/user/me/", response_model=Me)
def get_me(caller: User) -> Response:
    """Get your account: profile, language, time zone and, as a tutor, what is still missing."""
    with connection() as db:
        return json_response(service.as_me(db, caller))


@me.patch("/api/user/me/", response_model=Me)
def change_me(caller: User, change: MeChange) -> Response:
    """Change your names, time zone or language; a null time zone means the platform's."""
    with transaction() as db:
        repository.change_account(db, caller.id, change.changes())
        return json_response(service.as_me(db, service.changed(caller, change)))
