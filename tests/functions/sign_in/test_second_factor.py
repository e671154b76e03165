"""Signing in with a provider to an account with a second factor."""

from uuid import UUID

from functions.second_factors.handler import handler as second_factors_handler
from functions.tokens.handler import handler as tokens_handler
from tests.functions.sign_in.conftest import Client
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.people import PASSWORD, People, Person, query
from tests.support.second_factors import secure

tokens, second_factors = LambdaClient(tokens_handler), LambdaClient(second_factors_handler)
LINKED = "SELECT count(*) FROM identities WHERE linked_at IS NOT NULL"


def give(answer: Answer, code: str) -> Answer:
    body = {"ticket": answer.json["ticket"], "code": code}
    return second_factors("POST", "/api/token/second_factor/", json_body=body)


def owner() -> Person:
    [(user_id, email)] = query("SELECT id, email FROM users")
    return Person(user_id, email, UUID(int=0), "", "")


def test_the_provider_alone_opens_no_account_with_a_factor(sign_in: Client) -> None:
    sign_in()
    query("DELETE FROM sign_in_sessions")
    ola = secure(owner())
    answer = sign_in()
    assert (answer.status, list(answer.json)) == (401, ["detail", "code", "ticket"])
    assert query("SELECT count(*) FROM sign_in_sessions") == [(0,)]
    assert give(answer, ola.code()).status == 200
    fresh = "SELECT password_checked_at > now() - interval '1 hour' FROM sign_in_sessions"
    assert query(fresh) == [(False,)], "no password was entered"


def test_a_ticket_ends_with_its_identity(sign_in: Client) -> None:
    sign_in()
    ola = secure(owner())
    answer = sign_in()
    query("DELETE FROM identities")
    assert give(answer, ola.code()).json["code"] == "ticket_expired"


def test_an_identity_is_linked_once_the_second_factor_is_given(sign_in: Client, people: People) -> None:
    ola = secure(people.student(email="ola@example.com"))
    body = {"email": "ola@example.com", "password": PASSWORD, "link": sign_in().json["link"]}
    answer = tokens("POST", "/api/token/", json_body=body)
    assert (answer.json["code"], query(LINKED)) == ("second_factor_required", [(0,)])
    assert give(answer, ola.code()).status == 200
    assert query(LINKED) == [(1,)]
