"""A sign-in with the old password while the password is being changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from functions.accounts.handler import handler as accounts_handler
from functions.profiles.handler import handler as profiles_handler
from functions.tokens.handler import handler
from tests.support.lambda_client import Answer, LambdaClient
from tests.support.mailbox import delivered
from tests.support.paused_transactions import gate_after, wait_until, waiting
from tests.support.people import PASSWORD, People, Person, query
from tests.support.races import at_once

call, accounts, profiles = LambdaClient(handler), LambdaClient(accounts_handler), LambdaClient(profiles_handler)
NEW = "Zielona!Herbata7"


def sign_in(person: Person, password: str = PASSWORD) -> Answer:
    return call("POST", "/api/token/", json_body={"email": person.email, "password": password})


def change_password(person: Person) -> Answer:
    return profiles("PATCH", "/api/user/profile/", token=person.access, json_body={"password": NEW})


def reset_password(person: Person, token: str) -> Answer:
    body = {"token": token, "password": NEW}
    return accounts("POST", "/api/user/password_reset/confirm/", json_body=body)


@pytest.mark.parametrize("event", ["UPDATE ON users", "DELETE ON sign_in_sessions"])
@pytest.mark.parametrize("way", ["change", "reset"])
def test_the_old_password_opens_no_session_that_outlives_it(people: People, way: str, event: str) -> None:
    ola = people.student()
    accounts("POST", "/api/user/password_reset/", json_body={"email": ola.email})
    token = delivered(ola.email)[-1].token
    act: Callable[[], Answer] = (
        partial(change_password, ola) if way == "change" else partial(reset_password, ola, token)
    )
    with ThreadPoolExecutor(2) as threads, gate_after(event) as let_go:
        changing = threads.submit(at_once, act)
        wait_until(lambda: waiting() == 1)
        signing_in = threads.submit(at_once, partial(sign_in, ola))
        wait_until(lambda: signing_in.done() or waiting() == 2)
        let_go()
        [changed], [signed_in] = changing.result(), signing_in.result()
    assert changed.status == 200
    assert signed_in.status == 401
    assert query("SELECT id FROM sign_in_sessions") == ([(ola.session_id,)] if way == "change" else [])
    assert sign_in(ola, NEW).status == 200
