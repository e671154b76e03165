"""The scenario's accounts: the last changes, and their deletion."""

import io
from collections.abc import Iterator

from PIL import Image

from tests.support.people import PASSWORD
from tests.support.request_step import FORM, GONE, MULTIPART, Step


def transport() -> Iterator[Step]:
    """Requests that are not about one endpoint: unknown paths, CORS and the like."""
    origin = {"origin": "https://front.example"}
    for target in (
        "/",
        "/api",
        "/api/",
        "/api/nope/",
        "/api//token/",
        "/nope",
        "/api/token/x/",
        "/api/user/tutor/all.json",
    ):
        if target != "/":
            yield Step("GET", target, headers=origin)
            yield Step("POST", target, body={})
        yield Step("OPTIONS", target, headers=origin | {"access-control-request-method": "GET"})
    yield Step("GET", "/api/chat/conversations", "refresh")
    yield Step("GET", "/api/chat/conversations", "student", headers=origin)


def account_s_end() -> Iterator[Step]:
    """Accounts and tokens, the refusals first; then what ends them."""
    user = "/api/user/"
    yield Step("DELETE", "/api/token/devices/", "other", {"refresh": "x"})
    yield Step("POST", "/api/token/logout/", "other")
    yield Step("GET", f"{user}profile/", "other")
    # With a single session, the order of the list is certain.
    yield Step("GET", f"{user}export/", "student")
    yield Step("GET", "/api/token/sessions/", "student")
    yield Step("GET", "/api/token/devices/", "student")
    yield Step("GET", "/api/token/identities/?page_size=1", "student")
    yield Step("DELETE", "/api/token/identities/1/", "student")
    for email in ("nowa@example.com", "NOWA@example.com", "x", "a" * 300 + "@example.com", "t@prz.edu.pl.example"):
        body = {"email": email, "password": "Trudne1!haslo", "is_tutor": email.startswith("t@")}
        yield Step("POST", f"{user}create/", body=body)
    for confirmation in ("{confirm}", "{confirm}", "", None, 5):
        yield Step("POST", f"{user}confirm_user/", body={"token": confirmation})
    yield from email_changes()
    yield Step("POST", f"{user}confirm_user/resend/", body={"email": "nobody@example.com"})
    for address in ("nobody@example.com", "", None):
        yield Step("POST", f"{user}password_reset/", body={"email": address})
    for path in ("validate_token", "confirm"):
        for token in ("wrong", "{reset}"):
            body = {"token": token, "password": "12345678" if path == "validate_token" else "Trudne2!haslo"}
            yield Step("POST", f"{user}password_reset/{path}/", body=body)
    for password in ("wrong", "", PASSWORD):
        yield Step("POST", "/api/token/", body={"email": "{email}", "password": password})
        yield Step("POST", "/api/token/oauth/", body={"username": "{email}", "password": password})
    for token in ("{refresh}", "{access}", "x"):
        yield Step("POST", "/api/token/refresh/", body={"refresh": token})
        yield Step("POST", "/api/token/verify/", body={"token": token})
    yield from second_factors()
    for given in (PASSWORD, "wrong", "", 5):
        yield Step("POST", f"{user}check_password/", "student", {"password": given})
    yield Step("GET", f"{user}profile/", "student")
    yield Step("PATCH", f"{user}profile/", "student", {"first_name": " Łucja ", "email": "x@example.com"})
    yield Step("PUT", f"{user}profile/", "student", {"first_name": "x"})
    yield Step("GET", f"{user}me/", "student")
    yield Step("PATCH", f"{user}me/", "student", {"time_zone": "Europe/London", "language": "en"})
    yield Step("PATCH", f"{user}me/", "student", {"time_zone": "Mars", "language": "de", "zone": 1})
    yield Step("PUT", f"{user}profile/", "student", {"password": "Trudne3!haslo", "first_name": "Ala"})
    yield Step("DELETE", f"{user}profile_image/", "student")
    yield Step("PATCH", f"{user}profile_image/", "student", {})
    yield Step("PATCH", f"{user}profile_image/", "student", raw=picture(), headers={"content-type": MULTIPART})
    yield Step("DELETE", f"{user}profile_image/", "student")
    broken = (
        b'--x\r\nContent-Disposition: form-data; name="profile_image"; filename="a.png"\r\n\r\n\x89PNG\xff\r\n--x--\r\n'
    )
    yield Step("PATCH", f"{user}profile_image/", "student", raw=broken, headers={"content-type": MULTIPART})
    yield Step("DELETE", f"/api/token/sessions/{GONE}/", "student")
    yield Step("DELETE", f"/api/token/devices/{GONE}/", "student")
    yield Step("DELETE", "/api/token/sessions/{session}/", "second")
    yield Step("DELETE", "/api/token/devices/{device}/", "staff")
    yield Step("GET", f"{user}profile/", "second")
    yield Step("DELETE", f"{user}delete/", "tutor")
    yield Step("GET", f"{user}profile/", "tutor")
    yield Step("GET", "/api/chat/conversations/", "student")
    yield Step("DELETE", "/api/token/devices/", "student")
    yield Step("DELETE", "/api/token/sessions/", "student")


def second_factors() -> Iterator[Step]:
    """Requests that need neither a code from an app nor a passkey's signature."""
    own, ticket = "/api/user/second_factors/", "/api/token/second_factor/"
    yield Step("GET", own, "student")
    for what in ("app/confirm", "recovery_codes", "turn_off"):
        for code in ("000000", "x" * 65, None):
            yield Step("POST", f"{own}{what}/", "student", {"code": code})
    yield Step("POST", f"{own}app/", "student", {"kod": "1"})
    for body in ({"ticket": "x", "code": "000000"}, {"ticket": "", "code": ""}, {"ticket": "x" * 201, "code": 5}, {}):
        for what in (
            "",
            "passkey/",
            "enrolment/",
            "enrolment/confirm/",
            "enrolment/passkey/",
            "enrolment/passkey/confirm/",
        ):
            yield Step("POST", f"{ticket}{what}", body=body)
    passkey = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"clientDataJSON": "e30"}}
    for name, answer in (("x", passkey), (" ", 5), ("x" * 101, {})):
        yield Step("POST", f"{own}passkeys/confirm/", "student", {"name": name, "passkey": answer})
        yield Step("POST", "/api/token/passkey/", body={"passkey": answer})
    yield Step("POST", f"{own}passkeys/", "student", {})
    yield Step("POST", f"{own}passkeys/request/", "student")
    yield Step("PATCH", f"{own}passkeys/1/", "student", {"name": "x"})
    for what in ("app", "passkeys", "passkeys/1/remove", "turn_off"):
        yield Step("POST", f"{own}{what}/", "student", {"passkey": passkey, "kod": 1})
    yield Step("POST", f"{own}passkeys/1/remove/", "student", {"passkey": passkey})


def email_changes() -> Iterator[Step]:
    own, links = "/api/user/me/email_change/", "/api/user/email_change/"
    for email in ("nowy@example.com", "{email}", "x", "inny@example.com"):
        yield Step("POST", own, "student", {"email": email})
    yield Step("POST", own, "tutor", {"email": "nowy@example.com"})
    for method in ("GET", "DELETE", "GET", "DELETE"):
        yield Step(method, own, "student")
    for token in ("x", "{page}"):
        yield Step("GET", f"{links}links/{token}/")
        yield Step("POST", f"{links}links/{token}/", raw=b"password=x", headers={"content-type": FORM})
    for path in ("confirm", "revoke"):
        for token in ("x", "change", "revoke"):
            yield Step("POST", f"{links}{path}/", body={"token": token, "password": "Trudne2!haslo"})
            yield Step("POST", f"{links}{path}/", body={"token": token})


def picture() -> bytes:
    """A small picture as a browser uploads it."""
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(file, "PNG")
    head = b'--x\r\nContent-Disposition: form-data; name="profile_image"; filename="ja.png"\r\n'
    return head + b"Content-Type: image/png\r\n\r\n" + file.getvalue() + b"\r\n--x--\r\n"
