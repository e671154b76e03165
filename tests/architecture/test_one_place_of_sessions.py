"""Sessions are started and tokens issued in one place, which requires second factors: nothing bypasses it."""

import re

from tests.support.source_code import PROGRAM, modules
from tools.cloud.project import ROOT

SESSIONS, TOKENS = re.compile(r"INSERT\s+INTO\s+sign_in_sessions"), re.compile(r"\btokens\.issue\(|import .*\bissue\b")


def stating(pattern: re.Pattern[str]) -> set[str]:
    return {module for module in modules(*PROGRAM) if pattern.search((ROOT / module).read_text())}


def test_one_statement_of_one_module_starts_sessions() -> None:
    [module] = stating(SESSIONS)
    assert module == "layers/shared/data/new_sessions.py"
    text = (ROOT / module).read_text()
    assert len(SESSIONS.findall(text)) == 1
    assert "AND (second_factor_at IS NULL OR %(second_factor)s::boolean)" in text


def test_tokens_are_issued_only_for_new_sessions_and_successors() -> None:
    assert stating(TOKENS) == {"layers/shared/domain/signing_in.py", "functions/tokens/refreshing.py"}
