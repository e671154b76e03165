"""A function in its own process, as the emulated Runtime API runs it."""

import urllib.error
import urllib.request

import pytest

from tools.cloud.lambda_process import FunctionTimedOut, LambdaProcess, RuntimeExited
from tools.cloud.runtime_api import MAX_PAYLOAD, FunctionError, InitError, PayloadTooLarge

SAMPLES = "tests.support.functions.samples"


def test_results_are_returned_as_json() -> None:
    with LambdaProcess(f"{SAMPLES}.echo", {}) as function:
        for event in ({"text": "Łódź"}, [1, None], "x", {}):
            assert function.invoke(event) == event


def test_a_function_knows_its_name_and_its_deadline() -> None:
    with LambdaProcess(f"{SAMPLES}.describe", {"COLOUR": "blue"}, memory=256, timeout=8) as function:
        first, second = function.invoke({}), function.invoke({})
    assert (first["name"], first["memory"]) == ("tests-support-functions-samples-describe", "256")
    assert first["arn"].endswith(":function:tests-support-functions-samples-describe")
    assert 7_000 < first["milliseconds_left"] <= 8_000
    assert first["request_id"] != second["request_id"]
    assert first["environment"]["COLOUR"] == "blue"
    assert first["environment"]["_X_AMZN_TRACE_ID"].startswith("Root=1-")


def test_a_function_is_isolated_from_the_environment_and_packages_of_the_tests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere-else")
    with LambdaProcess(f"{SAMPLES}.describe", {}) as function:
        seen = function.invoke({})
    assert "DATABASE_URL" not in seen["environment"]
    assert not any("site-packages" in path for path in seen["path"])
    with LambdaProcess("moto.mock_aws", {}) as function, pytest.raises(InitError, match="No module named 'moto'"):
        function.invoke({})


def test_an_exception_is_a_function_error_and_the_process_keeps_running() -> None:
    with LambdaProcess(f"{SAMPLES}.refuse", {}) as function:
        for message in ("first", "second"):
            with pytest.raises(FunctionError) as raised:
                function.invoke({"message": message})
            assert (raised.value.type, raised.value.message) == ("ValueError", message)


def test_a_missing_handler_fails_every_event() -> None:
    with LambdaProcess(f"{SAMPLES}.missing", {}) as function:
        for _ in range(2):
            with pytest.raises(InitError, match=r"Runtime\.HandlerNotFound"):
                function.invoke({})


def test_a_function_that_times_out_is_killed() -> None:
    with LambdaProcess(f"{SAMPLES}.take_long", {}, timeout=0.5) as function:
        with pytest.raises(FunctionTimedOut):
            function.invoke({"seconds": 60})
        assert function.process.wait(10) != 0


def test_a_process_that_exits_without_a_response_raises_with_its_log() -> None:
    with LambdaProcess(f"{SAMPLES}.leave", {}) as function, pytest.raises(RuntimeExited, match="status 3: going away"):
        function.invoke({"status": 3})


def test_payloads_are_limited_as_by_lambda() -> None:
    with LambdaProcess(f"{SAMPLES}.be_long", {}) as function:
        quotes = 2
        assert len(function.invoke({"characters": MAX_PAYLOAD - quotes})) == MAX_PAYLOAD - quotes
        with pytest.raises(PayloadTooLarge):
            function.invoke({"characters": "9" * MAX_PAYLOAD})
        with pytest.raises(FunctionError, match=r"Function\.ResponseSizeTooLarge"):
            function.invoke({"characters": MAX_PAYLOAD})
        # The runtime client exits when a response is refused.
        with pytest.raises(RuntimeExited, match="413"):
            function.invoke({"characters": 1})


def test_a_response_to_another_request_is_refused() -> None:
    with LambdaProcess(f"{SAMPLES}.echo", {}) as function:
        url = f"http://{function.api.address}/2018-06-01/runtime/invocation/not-this-one/response"
        with pytest.raises(urllib.error.HTTPError) as refused, urllib.request.urlopen(url, b"{}"):
            pass
        refused.value.close()
        assert refused.value.code == 400


def test_start_and_memory_are_measured() -> None:
    with LambdaProcess(f"{SAMPLES}.take_memory", {}) as function:
        with pytest.raises(ValueError, match="nothing was answered"):
            _ = function.cold_ms
        function.invoke({"mb": 1})
        assert 0 < function.init_ms < function.cold_ms
        before, start = function.peak_mb, function.cold_ms
        function.invoke({"mb": 100})
        assert 95 < function.peak_mb - before < 110
        assert function.cold_ms == start
