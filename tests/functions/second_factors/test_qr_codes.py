"""The QR code of a new authenticator app: a decoder reads it back, and it is stored nowhere."""

import pytest

from functions.second_factors.domain.qr_codes import qr_code
from functions.second_factors.domain.totp import otpauth_uri
from shared.kit.redis import client as redis_client
from tests.functions.second_factors.test_changes import PATH, call, enrolment
from tests.support.people import People, query
from tests.support.qr_codes import read_svg

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


@pytest.mark.parametrize("email", ["a@b.pl", "ola+nauka@example.com", f"{'ł' * 120}@{'uni.' * 30}example"])
def test_a_decoder_reads_the_same_uri(email: str) -> None:
    uri = otpauth_uri(bytes(range(20)), email)
    assert read_svg(qr_code(uri)) == uri


@pytest.mark.parametrize("asked_by", ["account", "link"])
def test_the_answer_contains_the_code_and_is_stored_nowhere(
    people: People, capfd: pytest.CaptureFixture[str], asked_by: str
) -> None:
    ewa = people.student()
    headers = {"idempotency-key": "k"}
    if asked_by == "account":
        new = call("POST", f"{PATH}app/", json_body={}, token=ewa.access, headers=headers)
    else:
        body = {"ticket": enrolment(ewa)}
        new = call("POST", "/api/token/second_factor/enrolment/", json_body=body, headers=headers)
    assert new.status == 200
    assert read_svg(new.json["qr_code"]) == new.json["otpauth_uri"]
    assert new.headers["cache-control"] == "no-store"
    secret = new.json["secret"]
    tables = [table for (table,) in query(TABLES)]
    assert "idempotency_keys" in tables
    assert [each for each in tables if query(f"SELECT FROM {each} t WHERE t::text LIKE %s", f"%{secret}%")] == []
    assert redis_client().dbsize() == 0
    assert secret not in "".join(capfd.readouterr())
