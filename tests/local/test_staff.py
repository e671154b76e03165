"""`make staff`."""

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from local.demo.accounts import STUDENT, TUTOR
from local.engines.processes import Engine
from local.stack import DATABASE_URL_FILE, claim
from local.staff import USAGE, main
from tests.conftest import read_settings_again
from tests.local.conftest import FirstFolder
from tests.support.local_server import ROOT, LocalServer, environment
from tests.support.people import People, query

FIND = "SELECT is_staff, confirmed_at IS NOT NULL, is_tutor FROM users WHERE email = %s"
COMMAND = [sys.executable, "-m", "local.staff"]
Result = subprocess.CompletedProcess[str]


def staff(*arguments: str, **options: str) -> Result:
    """Run the command in this process, as the shell would."""
    output, errors = StringIO(), StringIO()
    with (
        patch.dict(os.environ, environment(**options), clear=True),
        patch("sys.argv", ["staff", *arguments]),
        redirect_stdout(output),
        redirect_stderr(errors),
    ):
        read_settings_again()
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = 1
            errors.write(f"{ended.code}\n")
    read_settings_again()
    return Result(COMMAND, code, output.getvalue(), errors.getvalue())


def printed_password(result: Result) -> str:
    assert (result.returncode, result.stderr) == (0, "")
    found = re.search(r"password (\S+) ", result.stdout)
    assert found, result.stdout
    return found[1]


def in_running_database(server: LocalServer, email: str) -> list[tuple[bool, ...]]:
    with psycopg.connect((server.data / DATABASE_URL_FILE).read_text()) as db:
        return db.execute(FIND, (email,)).fetchall()


def test_a_new_account_is_added_only_on_request(server: LocalServer) -> None:
    refused = staff("grant", "boss@example.com", DATA=str(server.data))
    reason = "boss@example.com has no account. To add one: make staff EMAIL=boss@example.com DO=add\n"
    assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", reason)
    assert in_running_database(server, "boss@example.com") == []
    result = staff("add", "boss@example.com", DATA=str(server.data))
    assert server.sign_in("boss@example.com", printed_password(result))
    assert in_running_database(server, "boss@example.com") == [(True, True, False)]


def test_a_mistyped_address_gets_the_nearest_one_suggested(server: LocalServer) -> None:
    typo = STUDENT.email.replace("demo", "dmeo")
    for command in ("grant", "revoke"):
        refused = staff(command, typo, DATA=str(server.data))
        assert refused.returncode == 1
        assert refused.stderr.startswith(f"{typo} has no account. Is it {STUDENT.email}? ")
    assert in_running_database(server, typo) == []


def test_an_unrelated_address_is_not_suggested(server: LocalServer) -> None:
    account = {"email": "aaaabbbbcccc@example.com", "password": "Zielona!Herbata7"}
    assert server.call("POST", "/api/user/create/", json=account).status_code == 201
    for unknown in ("nobody@example.com", "aaaabbbb@example.com"):
        assert ".com?" not in staff("grant", unknown, DATA=str(server.data)).stderr


def test_an_existing_account_is_not_added_again(server: LocalServer) -> None:
    before = in_running_database(server, TUTOR.email)
    result = staff("add", TUTOR.email.upper(), DATA=str(server.data))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{TUTOR.email.upper()} has an account; to make it staff: make staff EMAIL=")
    assert in_running_database(server, TUTOR.email) == before
    assert server.sign_in(TUTOR.email, TUTOR.password)


def test_an_account_is_made_staff_whatever_the_case_of_its_address_and_keeps_its_password(server: LocalServer) -> None:
    result = staff("grant", STUDENT.email.upper(), DATA=str(server.data))
    assert (result.returncode, result.stdout.splitlines()[0]) == (0, f"In {server.data}: {STUDENT.email} is staff.")
    assert server.sign_in(STUDENT.email, STUDENT.password)
    assert in_running_database(server, STUDENT.email) == [(True, True, False)]


def test_revoking_takes_effect_on_open_sessions(server: LocalServer) -> None:
    data, reports = str(server.data), "/api/user/tutor/reviews/reported/"
    staff("grant", STUDENT.email, DATA=data)
    token = server.sign_in(STUDENT.email, STUDENT.password)
    assert server.call("GET", reports, token=token).status_code == 200
    assert staff("revoke", STUDENT.email.upper(), DATA=data).stdout.endswith(f": {STUDENT.email} is no longer staff.\n")
    assert server.call("GET", reports, token=token).status_code == 403
    assert in_running_database(server, STUDENT.email) == [(False, True, False)]
    assert staff("revoke", STUDENT.email, DATA=data).stdout.endswith(f": {STUDENT.email} was not staff.\n")


def test_staff_are_listed(server: LocalServer) -> None:
    data = str(server.data)
    staff("revoke", STUDENT.email, DATA=data)
    staff("add", "listed@example.com", DATA=data)
    listed = staff("list", DATA=data).stdout.splitlines()
    assert re.fullmatch(rf"In {re.escape(data)}: [1-9]\d* staff", listed[0])
    assert "  listed@example.com" in listed[1:]
    assert f"  {STUDENT.email}" not in listed
    assert listed[1:] == sorted(listed[1:])


def test_an_unconfirmed_account_is_confirmed_and_this_is_reported(server: LocalServer) -> None:
    registration = {"email": "new@example.com", "password": "Zielona!Herbata7"}
    assert server.call("POST", "/api/user/create/", json=registration).status_code == 201
    result = staff("grant", "new@example.com", DATA=str(server.data))
    assert result.stdout.startswith(f"In {server.data}: new@example.com is staff. Its address was not confirmed before")
    assert server.sign_in("new@example.com", "Zielona!Herbata7")


@pytest.mark.proof
def test_it_works_without_a_server_and_ignores_the_file_of_a_killed_one(
    tmp_path: Path, first_folder: FirstFolder, start_server: Callable[..., LocalServer]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(first_folder("0"), data)
    assert not (data / DATABASE_URL_FILE).exists()
    password = printed_password(staff("add", "late@example.com", DATA=str(data)))
    server = start_server(data, DEMO="0")
    assert server.sign_in("late@example.com", password)
    server.kill()
    assert (data / DATABASE_URL_FILE).exists()
    said = f"In {data}: late@example.com is staff.\n"
    assert staff("grant", "late@example.com", DATA=str(data)).stdout.startswith(said)
    assert not (data / DATABASE_URL_FILE).exists()


@pytest.mark.parametrize("files", [(), ("lock",)], ids=["no folder", "a folder without a database"])
def test_no_platform_is_created_where_there_is_none(tmp_path: Path, files: tuple[str, ...]) -> None:
    data = tmp_path / "data"
    for name in files:
        data.mkdir()
        (data / name).touch()
    result = staff("grant", "a@example.com", DATA=str(data))
    reason = f"There is no platform in {data}; name its folder with DATA=…\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", reason)
    assert [each.name for each in data.rglob("*")] == list(files)


def test_only_the_owner_can_read_the_database_url(server: LocalServer) -> None:
    assert stat.S_IMODE((server.data / DATABASE_URL_FILE).stat().st_mode) == 0o600


def test_claiming_a_folder_removes_the_database_url_of_the_last_server(tmp_path: Path) -> None:
    url_file = tmp_path / DATABASE_URL_FILE
    url_file.write_text("postgresql://gone")
    with ExitStack() as stack:
        claim(tmp_path, stack)
        assert not url_file.exists()


def test_database_url_takes_precedence_over_the_data_folder(
    people: People, engines: dict[str, Engine], server: LocalServer
) -> None:
    person = people.student()
    result = staff("grant", person.email, DATA=str(server.data), DATABASE_URL=engines["postgres"].url)
    assert result.stdout.startswith(f"{person.email} is staff.\n")
    assert query(FIND, person.email) == [(True, True, False)]


UNKNOWN = "DO={} is not one of list, grant, revoke, add, enrol, suspend, lift, revoke-sessions, remove-second-factor.\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), ""),
        (("",), ""),
        (("a@example.com",), UNKNOWN.format("a@example.com")),
        (("remove", "a@example.com"), UNKNOWN.format("remove")),
        (("grant",), ""),
        (("revoke", "  "), ""),
        (("list", "a@example.com"), ""),
        (("suspend", "a@example.com"), "DO=suspend requires a REASON.\n"),
        (("suspend", "a@example.com", ""), "DO=suspend requires a REASON.\n"),
        (("lift", "", "Pomyłka"), ""),
        (("grant", "a@example.com", "Pomyłka"), ""),
        (("grant", "a@example.com", "b@example.com"), ""),
    ],
)
def test_invalid_arguments_show_the_usage(arguments: tuple[str, ...], complaint: str) -> None:
    result = staff(*arguments)
    assert (result.returncode, result.stdout, result.stderr) == (1, "", f"{complaint}{USAGE}\n")


def made(folder: Path, target: str, *variables: str) -> list[str]:
    """The arguments that make passes to the program."""
    program = folder / "python"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@" "$STUDENT"\n')
    program.chmod(0o700)
    command = ["make", "--no-print-directory", "-o", ".venv/run.stamp", target, f"BIN={folder}", *variables]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()[1:]


def test_the_make_command_lists_grants_and_passes_other_commands_on(tmp_path: Path) -> None:
    name = "local.staff"
    assert made(tmp_path, "staff") == [name, "list", "", ""]
    assert made(tmp_path, "staff", "EMAIL=a@example.com") == [name, "grant", "a@example.com", ""]
    assert made(tmp_path, "staff", "EMAIL=a@example.com", "DO=revoke") == [name, "revoke", "a@example.com", ""]


def test_arguments_may_contain_characters_special_to_the_shell_and_make(tmp_path: Path) -> None:
    typed = """Called us "thieves" & left, o'clock; `id` $(shell id) $HOME $5 $$"""
    assert made(tmp_path, "staff", f"EMAIL={typed}", f"REASON={typed}") == ["local.staff", "grant", typed, typed, ""]
    assert made(tmp_path, "backup", f"FILE={typed}") == ["local.backup", "make", typed, ""]
    assert made(tmp_path, "restore", f"FILE={typed}") == ["local.backup", "restore", typed, ""]
    assert made(tmp_path, "smoke", f"STUDENT={typed}") == ["tools.smoke", typed]


def test_an_invalid_address_is_refused_in_one_line() -> None:
    command = [*COMMAND, "grant", "nobody"]
    result = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False, timeout=60
    )
    assert (result.returncode, result.stderr) == (1, "nobody is not an e-mail address.\n")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"DATABASE_URL": "postgresql://nobody@localhost:1/none"}, "The database cannot be used: "),
        ({"DATA": "/dev/null/data"}, "There is no platform in /dev/null/data; "),
    ],
)
def test_an_unreachable_engine_is_reported_in_one_line(options: dict[str, str], reason: str) -> None:
    result = staff("grant", "a@example.com", **options)
    assert result.returncode == 1
    assert result.stderr.startswith(reason)
    assert result.stderr.count("\n") == 1


def test_a_suspended_account_s_sockets_close_within_a_second(server: LocalServer) -> None:
    def sanction(command: str) -> str:
        done = staff(command, "spam@example.com", "Spam", DATA=str(server.data))
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.partition(": ")[2]

    password = printed_password(staff("add", "spam@example.com", DATA=str(server.data)))
    access = server.sign_in("spam@example.com", password)
    address = f"{server.url.replace('http', 'ws')}/ws/notification/user/?token={access}"
    with connect(address, compression=None) as socket:
        assert sanction("suspend") == "spam@example.com is suspended.\n"
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=1)
    assert server.call("GET", "/api/user/me/", token=access).status_code == 401
    credentials = {"email": "spam@example.com", "password": password}
    assert server.call("POST", "/api/token/", json=credentials).json()["code"] == "account_suspended"
    assert sanction("suspend") == "spam@example.com was suspended already.\n"
    assert sanction("lift") == "spam@example.com is no longer suspended.\n"
    access = server.sign_in("spam@example.com", password)
    assert sanction("revoke-sessions") == "spam@example.com is signed out everywhere.\n"
    assert server.call("GET", "/api/user/me/", token=access).status_code == 401
    with psycopg.connect((server.data / DATABASE_URL_FILE).read_text()) as db:
        found = db.execute(
            "SELECT action, reason FROM staff_actions JOIN users u ON u.id = user_id WHERE u.email = %s"
            " ORDER BY staff_actions.id",
            ("spam@example.com",),
        ).fetchall()
    assert found == [("add", ""), ("suspend", "Spam"), ("lift", "Spam"), ("revoke_sessions", "Spam")]


def test_suspending_an_unknown_address_is_refused(server: LocalServer) -> None:
    refused = staff("suspend", "nobody@example.com", "Spam", DATA=str(server.data))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("nobody@example.com has no account.")
