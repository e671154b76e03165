"""Pictures and the requests that upload them."""

import io
from typing import Any

from PIL import Image

from functions.profiles.handler import handler
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import Person

PATH = "/api/user/profile_image/"
DEFAULT = "/static/media/uploads/user/default.jpg"
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 128, 0), (0, 0, 255), (255, 255, 255)
call = LambdaClient(handler)


def quarters(width: int = 64, height: int = 32) -> Image.Image:
    """A picture with red and green above blue and white."""
    image = Image.new("RGB", (width, height), WHITE)
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    return image


def encoded(image: Image.Image, image_format: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, image_format, **options)
    return out.getvalue()


def multipart(name: str, content: bytes, *, field: str = "profile_image", content_type: str = "image/png") -> bytes:
    disposition = f'Content-Disposition: form-data; name="{field}"; filename="{name}"'
    head = f"--x\r\n{disposition}\r\nContent-Type: {content_type}\r\n\r\n"
    return head.encode() + content + b"\r\n--x--\r\n"


def upload(person: Person, content: bytes, name: str = "me.png", **options: str) -> Answer:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    return call("PATCH", PATH, token=person.access, body=multipart(name, content, **options), headers=headers)
