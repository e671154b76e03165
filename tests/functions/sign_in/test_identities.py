"""The identities that may sign in to an account: linked, reported by mail, listed, removed."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from functions.tokens.handler import handler as tokens_handler
from tests.functions.sign_in.conftest import Client
from tests.support.conversations import add_conversation
from tests.support.deadlocks import while_account_is_locked
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.mailbox import delivered
from tests.support.paused_transactions import gate_after, wait_until, waiting
from tests.support.people import PASSWORD, People, Person, insert, query
from tests.support.races import at_once
from tests.support.sockets import closed_sockets

tokens = LambdaClient(tokens_handler)
PATH = "/api/token/identities/"


def by_password(person: Person, **more: object) -> Answer:
    return tokens("POST", "/api/token/", json_body={"email": person.email, "password": PASSWORD, **more})


def link(sign_in: Client, person: Person) -> str:
    """Link the provider's subject to somebody's account; returns an access token."""
    offered = sign_in(email=person.email).json["link"]
    return str(by_password(person, link=offered).json["access"])


def remove(identity: object, access: str) -> Answer:
    return tokens("DELETE", f"{PATH}{identity}/", token=access)


def test_the_owner_sees_which_identities_may_sign_in(sign_in: Client, people: People) -> None:
    ola = people.student()
    sign_in(email=ola.email)
    assert tokens("GET", PATH, token=ola.access).json["results"] == []
    link(sign_in, ola)
    query("UPDATE identities SET linked_at = '2034-12-31T23:30Z'")
    [(number,)] = query("SELECT id FROM identities")
    page = tokens("GET", PATH, token=ola.access).json
    found = {"id": number, "issuer": sign_in.provider.issuer, "subject": "1234"}
    assert page == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [{**found, "linked_at": "2035-01-01T00:30:00+01:00"}],
    }
    assert tokens("GET", f"{PATH}?p=2", token=ola.access).status == 404
    assert tokens("GET", PATH, token=people.student().access).json["count"] == 0


def test_the_owner_is_mailed_about_a_new_identity(sign_in: Client, people: People) -> None:
    ola = people.student()
    offered = sign_in(email=ola.email).json["link"]
    by_password(people.student(), link=offered)
    by_password(ola, link="x")
    about_links = "SELECT count(*) FROM mail_outbox WHERE kind = 'identity_linked'"
    assert query(about_links) == [(0,)]
    by_password(ola, link=offered)
    by_password(ola, link=offered)
    assert query(about_links) == [(1,)]
    [mail] = [each for each in delivered(ola.email) if each.subject == "Nowy sposób logowania na Twoje konto"]
    assert f"Dostawca: {sign_in.provider.issuer.removeprefix('http://')}" in mail.text


def test_a_removed_identity_cannot_sign_in(sign_in: Client, people: People) -> None:
    ola = people.student()
    access = link(sign_in, ola)
    theirs = sign_in().json["access"]
    [(number,)] = query("SELECT id FROM identities")
    answer = remove(number, access)
    assert (answer.status, answer.json) == (200, {"detail": "Usunięto."})
    assert tokens("GET", PATH, token=theirs).status == 401
    assert tokens("GET", PATH, token=access).json["count"] == 0
    assert sign_in(email=ola.email).json["code"] == "account_exists"
    assert remove(number, access).status == 404


def test_removing_an_identity_closes_the_sockets_of_its_devices(
    sign_in: Client, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, ola = closed_sockets(monkeypatch), people.student()
    access = link(sign_in, ola)
    talk = add_conversation(ola, people.student())
    socket = {"id": "first", "conversation_id": talk, "user_id": ola.id, "session_id": ola.session_id}
    insert("connections", socket)
    [(number,)] = query("SELECT id FROM identities")
    assert remove(number, access).status == 200
    assert closed == ["first"]


def test_unlinked_identities_and_those_of_others_are_not_found(sign_in: Client, people: People) -> None:
    ola, other = people.student(), people.student()
    sign_in(email=ola.email)
    [(number,)] = query("SELECT id FROM identities")
    assert remove(number, ola.access).status == 404
    link(sign_in, ola)
    for identity in (number, 0, 2**63 - 1, 2**63, "x"):
        assert remove(identity, other.access).status == 404
    assert query("SELECT count(*) FROM identities WHERE linked_at IS NOT NULL") == [(1,)]


@pytest.mark.parametrize("event", ["DELETE ON identities", "INSERT ON sign_in_sessions"])
def test_no_session_outlives_its_identity(sign_in: Client, people: People, event: str) -> None:
    """Whether the sign-in or the removal of its identity comes first."""
    ola = people.student()
    access = link(sign_in, ola)
    [(number,)] = query("SELECT id FROM identities")
    acts = [partial(remove, number, access), partial(sign_in)]
    if event.startswith("INSERT"):
        acts.reverse()
    with ThreadPoolExecutor(2) as threads, gate_after(event) as let_go:
        first = threads.submit(at_once, acts[0])
        wait_until(lambda: waiting() == 1)
        second = threads.submit(at_once, acts[1])
        wait_until(lambda: second.done() or waiting() == 2)
        let_go()
        statuses = [first.result()[0].status, second.result()[0].status]
    assert statuses == ([200, 200] if event.startswith("INSERT") else [200, 400])
    assert query("SELECT count(*) FROM sign_in_sessions") == [(1,)]


def test_a_removal_that_waits_for_its_account_does_not_hold_the_identity(sign_in: Client, people: People) -> None:
    """Otherwise the deletion of the account would be a deadlock with it."""
    ola = people.student()
    access = link(sign_in, ola)
    [(number,)] = query("SELECT id FROM identities")
    answer = while_account_is_locked(ola, lambda: remove(number, access), "SELECT FROM identities", "NO KEY UPDATE")
    assert answer.status == 200
