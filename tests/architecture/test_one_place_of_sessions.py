"""Sessions are started and tokens issued in one place, which asks for second factors: nobody goes around it."""

import re

from tests.support.source_code import PROGRAM, modules
from tools.cloud.project import ROOT

SESSIONS, TOKENS = re.compile(r"INSERT\s+INTO\s+sign_in_sessions"), re.compile(r"\btokens\.issue\(|import .*\bissue\b")


def stating(pattern: re.Pattern[str]) -> set[str]:
    return {module for module in modules(*PROGRAM) if pattern.search((ROOT / module).read_text())}


def test_sessions_are_started_in_one_statement_of_one_module() -> None:
    [module] = stating(SESSIONS)
    assert module == "layers/shared/data/new_sessions.py"
    text = (ROOT / module).read_text()
    assert len(SESSIONS.findall(text)) == 1
    assert "AND (second_factor_at IS NULL OR %(second_factor)s::boolean)" in text


def test_tokens_are_issued_where_sessions_start_and_for_their_successors() -> None:
    assert stating(TOKENS) == {"layers/shared/domain/signing_in.py", "functions/tokens/refreshing.py"}
