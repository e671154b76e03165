"""What operators see of a server in production: access log, request ids, metrics, health."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from local.monitoring.exposition import exposed
from local.options import CannotStart, read_options
from shared.kit.security.password_hashes import hash_password
from tests.local.conftest import FirstFolder
from tests.local.test_production import SAFE
from tests.support.local_server import ROOT, LocalServer, children, free_port, running_server

DASHBOARD = ROOT / "infra" / "server" / "grafana-dashboard.json"
EMAIL, PASSWORD = "ola.kowalska@example.com", "Zielona!Herbata7"
ADD_ACCOUNT = "INSERT INTO users (email, password_hash, confirmed_at) VALUES (%s, %s, now()) RETURNING id::text"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture(scope="module")
def metrics_url() -> str:
    return f"http://127.0.0.1:{free_port()}/metrics"


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, first_folder: FirstFolder, metrics_url: str
) -> Iterator[LocalServer]:
    """Two processes, with the settings of production."""
    data = tmp_path_factory.mktemp("monitoring") / "data"
    shutil.copytree(first_folder("0"), data)
    port = str(httpx.URL(metrics_url).port)
    with running_server(data, **{**SAFE, "WORKERS": "2", "METRICS_PORT": port}) as started:
        yield started


def lines(server: LocalServer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.output.splitlines()]


def wait_for_line(server: LocalServer, request_id: str) -> dict[str, Any]:
    """The log line of a request, which is written soon after its response."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for line in server.output.splitlines():
            if f'"request_id":"{request_id}"' in line:
                return dict(json.loads(line))
        time.sleep(0.05)
    raise AssertionError(f"no line of {request_id}")


def ask(server: LocalServer, path: str, request_id: str = "", method: str = "GET", **headers: str) -> httpx.Response:
    given = {"X-Request-ID": request_id} if request_id else {}
    return httpx.request(method, server.url + path, headers={**headers, **given}, timeout=10)


def scrape(url: str) -> Samples:
    text = httpx.get(url, timeout=10).text
    families = text_string_to_metric_families(text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def total(samples: Samples, name: str, **labels: str) -> float:
    return sum(value for (each, has), value in samples.items() if each == name and labels.items() <= dict(has).items())


def test_a_request_is_logged_in_one_line_without_its_query(server: LocalServer) -> None:
    given = "0123456789abcdef0123456789abcdef"
    answer = ask(server, "/api/user/tutor/search/?search_by_full_name=tajne", given)
    assert answer.headers.get_list("x-request-id") == [given]
    line = wait_for_line(server, given)
    milliseconds = line.pop("ms")
    assert 0 < milliseconds < 10_000
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\+0000", line.pop("timestamp"))
    assert line == {
        "level": "INFO",
        "message": "request",
        "service": "local",
        "method": "GET",
        "route": "/api/user/tutor/search/",
        "status": 200,
        "user_id": "",
        "request_id": given,
    }
    assert "tajne" not in server.output


@pytest.mark.parametrize("given", ["", 'a"b', "a b", "ą".encode().decode("latin-1"), "a" * 129, "a\tb", "{}"])
def test_an_id_that_is_unsafe_to_log_is_replaced(server: LocalServer, given: str) -> None:
    answer = httpx.get(f"{server.url}/health/live", headers=[(b"x-request-id", given.encode("latin-1"))])
    made = answer.headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{16}", made)
    assert wait_for_line(server, made)["status"] == 200


def test_two_requests_have_two_ids(server: LocalServer) -> None:
    made = {ask(server, "/health/live").headers["x-request-id"] for _ in range(20)}
    assert len(made) == 20


def test_the_log_line_of_a_request_names_its_user(server: LocalServer) -> None:
    with psycopg.connect((server.data / "database.url").read_text()) as db:
        user_id = db.execute(ADD_ACCOUNT, (EMAIL, hash_password(PASSWORD))).fetchall()[0][0]
    token = server.sign_in(EMAIL, PASSWORD)
    ask(server, "/api/user/profile/", "profile-1", Authorization=f"Bearer {token}")
    assert wait_for_line(server, "profile-1")["user_id"] == user_id


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", "/api/user/tutor/details/12345/", "/api/user/tutor/details/{tutor_id}/", 404),
        ("GET", "/api/availability/tutors/12345/slots", "/api/availability/tutors/{tutor_id}/slots/", 404),
        ("DELETE", "/api/user/tutor/details/1/", "/api/user/tutor/details/{tutor_id}/", 405),
        ("HEAD", "/api/user/tutor/search/", "/api/user/tutor/search/", 200),
        ("GET", "/static/media/uploads/user/default.jpg", "/static/media/{path}", 200),
        ("GET", "/static/media/nobody.jpg", "/static/media/{path}", 404),
        ("GET", "/", "/", 200),
        ("GET", "/wp-login.php", "(unknown)", 404),
        ("GET", "/ws/chat/12345/?token=tajne", "(unknown)", 404),
        ("GET", "/health", "/health/ready", 200),
    ],
)
def test_a_log_line_names_the_template_of_the_route(
    server: LocalServer, method: str, path: str, route: str, status: int
) -> None:
    request_id = f"{method}{path}".partition("?")[0].replace("/", ":")
    assert ask(server, path, request_id, method).status_code == status
    line = wait_for_line(server, request_id)
    assert (line["method"], line["route"], line["status"]) == (method, route, status)


def test_a_socket_handshake_is_logged_as_a_request(server: LocalServer) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    answer = ask(server, "/ws/chat/12345/?token=tajne", "socket-1", **upgrade, **key)
    line = wait_for_line(server, "socket-1")
    assert (line["route"], line["status"]) == ("/ws/chat/{conversation}/", answer.status_code)
    assert answer.status_code in {401, 403}


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.proof)])
def test_starting_and_stopping_are_each_logged_once(tmp_path: Path, first_folder: FirstFolder, workers: str) -> None:
    shutil.copytree(first_folder("0"), tmp_path / "data")
    with running_server(tmp_path / "data", **SAFE, WORKERS=workers) as server:
        assert server.terminate() == 0
    said = [line["message"] for line in lines(server)]
    assert [each for each in said if each != "request"] == ["server started", "server stopped"]


def test_all_output_of_the_server_is_json(server: LocalServer) -> None:
    said = lines(server)
    assert {"server started", "request"} <= {line["message"] for line in said}
    assert all(line["level"] in {"INFO", "WARNING", "ERROR"} for line in said)


def test_requests_of_all_processes_are_counted_together(server: LocalServer, metrics_url: str) -> None:
    labels = {"method": "GET", "route": "/health/live"}
    before = scrape(metrics_url)
    for _ in range(30):  # each on a new connection, which either process may accept
        ask(server, "/health/live")
    after = scrape(metrics_url)

    def grown(name: str, **more: str) -> float:
        return total(after, name, **labels, **more) - total(before, name, **labels, **more)

    assert grown("tutoring_http_requests_total", status="200") == 30
    assert grown("tutoring_http_request_duration_seconds_count") == 30
    assert grown("tutoring_http_request_duration_seconds_bucket", le="+Inf") == 30
    assert 0 < grown("tutoring_http_request_duration_seconds_sum") < 30
    assert total(after, "tutoring_workers") == 2


def test_jobs_pool_backlog_and_disk_are_reported(metrics_url: str, server: LocalServer) -> None:
    ask(server, "/health/ready")
    samples = scrape(metrics_url)
    jobs = {dict(labels)["job"]: at for (name, labels), at in samples.items() if "job_succeeded" in name}
    often = {"ended_workers", "mail", "dispatch", "sweep", "reminders", "keep_alive", "unread_mail", "push"}
    assert jobs.keys() == often | {"horizon", "attachments"}
    began = datetime.fromisoformat(lines(server)[0]["timestamp"]).timestamp()
    assert all(began - 60 < at <= time.time() for at in jobs.values())
    assert all(time.time() - jobs[each] < 120 for each in often)
    assert total(samples, "tutoring_database_up") == 1
    assert total(samples, "tutoring_database_connections_max") == 36
    assert total(samples, "tutoring_disk_free_bytes") > 0
    assert total(samples, "tutoring_outbox_age_seconds") < 120
    with psycopg.connect((server.data / "database.url").read_text()) as db:
        db.execute(
            "INSERT INTO mail_outbox (kind, recipient, created_at, due_at)"
            " VALUES ('x', 'x@example.com', now() - interval '1 hour', now() + interval '1 hour')"
        )
    samples = scrape(metrics_url)
    assert 3600 <= total(samples, "tutoring_outbox_age_seconds") < 3700
    assert total(samples, "tutoring_outbox_mails") >= 1


def test_events_of_features_are_counted(metrics_url: str, server: LocalServer) -> None:
    before = total(scrape(metrics_url), "tutoring_events_total", event="FailedLogins")
    server.call("POST", "/api/token/", json={"email": "nobody@example.com", "password": "nothing"})
    assert total(scrape(metrics_url), "tutoring_events_total", event="FailedLogins") == before + 1


@pytest.mark.proof
def test_counters_survive_the_death_of_a_process(server: LocalServer, metrics_url: str) -> None:
    before = scrape(metrics_url)
    worker = next(pid for pid in children(server.process.pid) if "spawn_main" in command_line(pid))
    os.kill(worker, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while total(scrape(metrics_url), "tutoring_workers") != 2 or worker in children(server.process.pid):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    after = scrape(metrics_url)
    counters = {key: value for key, value in before.items() if key[0].endswith(("_total", "_count", "_bucket", "_sum"))}
    assert len(counters) > 20
    assert {key: value for key, value in counters.items() if after.get(key, 0) < value} == {}


def command_line(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""


def test_metrics_have_a_separate_port(server: LocalServer) -> None:
    assert server.call("GET", "/metrics").status_code == 404


def test_a_server_does_not_start_if_the_port_for_metrics_is_in_use(server: LocalServer, metrics_url: str) -> None:
    port = str(httpx.URL(metrics_url).port)
    options = {"METRICS_PORT": port, "LOCAL_SOCKETS": "/nowhere", "DATA": "/nowhere"}
    complaint = pytest.raises(CannotStart, match=f"METRICS_PORT={port} on 127.0.0.1 cannot be used")
    with patch.dict(os.environ, options), complaint, exposed(read_options()):
        pass


def queries() -> list[str]:
    """The dashboard's queries, with an interval such as Grafana would choose."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [t["expr"].replace("$__rate_interval", "5m") for panel in panels for t in panel["targets"]]


def test_the_dashboard_shows_exactly_the_existing_metrics(metrics_url: str, server: LocalServer) -> None:
    server.call("POST", "/api/token/", json={"email": "nobody@example.com", "password": "nothing"})
    named = set(re.findall(r"\btutoring_\w+", " ".join(queries())))
    there = {name for name, _labels in scrape(metrics_url)} - {"tutoring_http_request_duration_seconds_count"}
    assert named == there


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_promtool_accepts_the_metrics_and_queries(metrics_url: str, server: LocalServer, tmp_path: Path) -> None:
    text = httpx.get(metrics_url, timeout=10).text
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    rules = [{"record": f"q:{number}", "expr": query} for number, query in enumerate(queries())]
    file = tmp_path / "rules.json"  # JSON is YAML
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    checked = subprocess.run(["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
