"""Receives the uploads that go to a bucket on AWS: the same form, with the same responses as S3.

Source: docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
"""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.kit.errors import Unavailable
from shared.kit.http.middleware import Message
from shared.kit.observability.log import logger
from shared.kit.private_folder import LOCAL_UPLOAD_PATH, BadUpload, PrivateFolder
from shared.kit.private_storage import private_storage

# Bytes for the fields, in addition to the file.
FORM_BYTES = 64 * 1024
# More than any ticket allows.
MAX_FILE = 10 * 1024 * 1024


class FormTooLarge(Exception):
    """The form has more bytes than are ever accepted."""


async def take_upload(request: Request) -> Response:
    """Store a file under the key that its form was signed for."""
    storage = private_storage()
    if not isinstance(storage, PrivateFolder):
        return _refused(404, "NoSuchBucket")
    try:
        form = await _read(request)
    except FormTooLarge:
        return _refused(400, "EntityTooLarge")
    except (HTTPException, ValueError):
        return _refused(400, "MalformedPOSTRequest")
    except OSError as error:
        # Beyond a megabyte the form is in its own file.
        logger().error("form not read", extra={"error": str(error)})
        return _unavailable()
    try:
        return await run_in_threadpool(_keep, storage, form)
    except Unavailable:
        return _unavailable()
    finally:
        await form.close()


async def _read(request: Request) -> FormData:
    """Raises FormTooLarge, or what Starlette's parser raises."""
    left = MAX_FILE + FORM_BYTES

    async def receive() -> Message:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise FormTooLarge
        return message

    return await Request(request.scope, receive).form(max_files=1, max_fields=20, max_part_size=FORM_BYTES)


def _keep(storage: PrivateFolder, form: FormData) -> Response:
    """Raises Unavailable."""
    file = form.get("file")
    if not isinstance(file, UploadFile):
        return _refused(400, "InvalidArgument")
    try:
        key, most = storage.allowed({name: value for name, value in form.items() if isinstance(value, str)})
    except BadUpload:
        return _refused(403, "AccessDenied")
    size = file.size or 0
    if not 0 < size <= most:
        return _refused(400, "EntityTooLarge" if size else "EntityTooSmall")
    storage.take(key, file.file)
    return Response(status_code=204)


def _unavailable() -> Response:
    response = _refused(Unavailable.status, "ServiceUnavailable")
    response.headers.update(Unavailable.headers)
    return response


def _refused(status: int, code: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code></Error>'
    return Response(body, status, media_type="application/xml")


route = Route(LOCAL_UPLOAD_PATH, take_upload, methods=["POST"])
