"""Links with which staff add a second factor, as `make staff` prints them."""

import psycopg

from local.demo.accounts import STUDENT
from local.stack import DATABASE_URL_FILE
from tests.local.test_staff import staff
from tests.support.local_server import LocalServer


def test_staff_without_a_second_factor_get_an_enrolment_link(server: LocalServer) -> None:
    data, email = str(server.data), "factor@example.com"
    assert staff("enrol", STUDENT.email, DATA=data).stderr.startswith(f"{STUDENT.email} is not staff; to make it staff")
    links = []
    for command in ("add", "grant", "enrol"):
        said = staff(command, email, DATA=data)
        assert said.returncode == 0, said
        links.append(said.stdout.split()[-1].partition("/_staff/enrol/#"))
    assert len({ticket for _, _, ticket in links}) == 3
    for begins, (_, _, ticket) in zip((False, False, True), links, strict=True):
        began = server.call("POST", "/api/token/second_factor/enrolment/", json={"ticket": ticket})
        assert (began.status_code == 200) is begins, began.text
    with psycopg.connect((server.data / DATABASE_URL_FILE).read_text()) as db:
        db.execute("UPDATE users SET second_factor_at = now() WHERE email = %s", (email,))
    assert "/_staff/" not in staff("grant", email, DATA=data).stdout
    assert staff("enrol", email, DATA=data).stderr == f"{email} has a second factor.\n"
