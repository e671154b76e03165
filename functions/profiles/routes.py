"""The HTTP endpoints of profiles."""

from typing import Annotated

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from functions.profiles import repository, service
from functions.profiles.pictures import BadPicture
from functions.profiles.schemas import Picture, Profile, ProfileChange, WholeProfile
from shared.domain.auth import AccountGone, PasswordCheckNeeded, User
from shared.domain.outbox import trigger_mailer
from shared.domain.password_rules import WeakPassword
from shared.domain.pictures import picture_path
from shared.domain.sign_in_sessions import close_sockets
from shared.kit.aws.storage import storage
from shared.kit.db.transactions import transaction
from shared.kit.errors import UnsupportedMediaType
from shared.kit.http.fastapi import Depends
from shared.kit.http.openapi import FILE, error_responses
from shared.kit.http.request_body import BodyRequest, media_type
from shared.kit.http.response_models import Info
from shared.kit.http.responses import json_response
from shared.kit.http.routing import router

profiles = router("profiles").recorded
NOT_A_FILE = "Przesłane dane nie były plikiem. Sprawdź typ kodowania formatki."
FORM_TYPES = {"multipart/form-data", "application/x-www-form-urlencoded"}


@profiles.get("/api/user/profile/", response_model=Profile)
def get_profile(caller: User) -> Response:
    """Get your profile."""
    return json_response(service.as_profile(caller))


@profiles.patch(
    "/api/user/profile/", response_model=Profile, responses=error_responses(WeakPassword, PasswordCheckNeeded)
)
def change_profile(caller: User, change: ProfileChange) -> Response:
    """Change your names or password; other fields are ignored. A new password signs out your other devices."""
    with transaction() as db:
        changed = service.change_profile(db, caller, change)
    close_sockets(changed.sockets)
    if changed.mails:
        trigger_mailer(*changed.mails)
    return json_response(changed.profile)


@profiles.put(
    "/api/user/profile/", response_model=Profile, responses=error_responses(WeakPassword, PasswordCheckNeeded)
)
def replace_profile(caller: User, profile: WholeProfile) -> Response:
    """Change your names and password: like PATCH, but the password is required."""
    return change_profile(caller, profile)


async def uploaded_picture(request: Request) -> tuple[str, bytes] | None:
    """Name and content of the file in the form field `profile_image`, None without the field.

    Raises UnsupportedMediaType for bodies other than forms, BadPicture if the field is text.
    """
    sent = BodyRequest(request.scope, request.receive)
    if await sent.read() and media_type(sent) not in FORM_TYPES:
        raise UnsupportedMediaType(media_type(sent))
    async with sent.multipart() as form:
        match form.get("profile_image"):
            case UploadFile() as file:
                return file.filename or "", await file.read()
            case str():
                raise BadPicture(NOT_A_FILE)
    return None


UPLOAD = {
    "requestBody": {
        "content": {"multipart/form-data": {"schema": {"type": "object", "properties": {"profile_image": FILE}}}}
    }
}


@profiles.patch(
    "/api/user/profile_image/",
    response_model=Picture,
    responses=error_responses(BadPicture, UnsupportedMediaType),
    openapi_extra=UPLOAD,
)
def change_picture(caller: User, upload: Annotated[tuple[str, bytes] | None, Depends(uploaded_picture)]) -> Response:
    """Set your profile picture: PNG, JPEG, GIF, WebP, AVIF, HEIC, BMP or TIFF of at most 4.5 MB and 25 megapixels."""
    if upload is None:
        return json_response({"profile_image": picture_path(caller.picture)})
    key = service.store_picture(*upload)
    try:
        return json_response({"profile_image": _swap_picture(caller, key)})
    except AccountGone:
        storage().delete(key)
        raise


@profiles.delete("/api/user/profile_image/", response_model=Info, responses=error_responses(service.NoPicture))
def delete_picture(caller: User) -> Response:
    """Delete your picture: the default one is shown again."""
    if caller.picture is None:
        raise service.NoPicture
    _swap_picture(caller, None)
    return json_response({"Info": "Profile image deleted."})


def _swap_picture(caller: User, key: str | None) -> str:
    with transaction() as db:
        before = repository.swap_picture(db, caller.id, key)
    if before is not None:
        storage().delete(before)
    return picture_path(key)
