"""Only commands that ElastiCache Serverless supports are sent to Redis."""

from collections.abc import Iterator
from typing import Any

import pytest
from redis.exceptions import NoPermissionError

from shared.kit import redis
from shared.kit.errors import Throttled
from shared.kit.security.rate_limits import Limit, give_back, spend
from shared.kit.settings import settings
from tests.conftest import read_settings_again
from tests.support.chat_http import Conversation, numbered
from tests.support.conversations import add_messages
from tests.support.templates import resources
from tools.cloud.project import ROOT

# The commands in use. Before adding one, look it up on the page of commands that serverless caches support:
# docs.aws.amazon.com/AmazonElastiCache/latest/dg/SupportedCommands.html
COMMANDS = {"del", "exec", "expire", "incrby", "multi", "ttl", "xadd", "xrevrange"}
# What a client sends about itself when it connects; if refused, it continues without.
GREETINGS = {"hello", "auth", "ping", "client|setinfo"}
ASKED_BY_THE_TEST = {"info", "config|resetstat"}
DATA = ROOT / "infra" / "stacks" / "data.yaml"
LIMIT = Limit("commands", 1, 60)


def use(conversation: Conversation) -> None:
    """Use everything that is kept in Redis: windows and counts."""
    add_messages(conversation.id, conversation.student, *numbered(1, 2))
    assert conversation.bodies() == numbered(1, 2)
    redis.client().delete(conversation.key)
    assert conversation.bodies() == numbered(1, 2)
    redis.send_no_reply(("XADD", conversation.key, "NOMKSTREAM", "MAXLEN", "~", 100, "3-0", b"m", "[]"))
    spend(LIMIT, "a")
    with pytest.raises(Throttled):
        spend(LIMIT, "a")
    give_back(LIMIT, "a")


def test_the_commands_in_use_are_listed(conversation: Conversation, rate_limits: None) -> None:
    redis.client().config_resetstat()
    use(conversation)
    asked = {name.removeprefix("cmdstat_") for name in redis.client().info("commandstats")}
    assert {"xadd", "xrevrange", "incrby", "exec"} <= asked
    assert asked - GREETINGS - ASKED_BY_THE_TEST <= COMMANDS


@pytest.fixture
def as_the_functions(rate_limits: None) -> Iterator[Any]:
    """Connect as the user of the template; return a client of the user who may do everything."""
    owner: Any = redis.client()
    [user] = resources("AWS::ElastiCache::User", DATA).values()
    owner.execute_command("ACL", "SETUSER", user["UserName"], "reset", ">secret", *user["AccessString"].split())
    redis.client.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", settings().redis_url.replace("://", f"://{user['UserName']}:secret@"))
        read_settings_again()
        yield owner
        redis.client().close()
    redis.client.cache_clear()
    read_settings_again()
    owner.execute_command("ACL", "DELUSER", user["UserName"])


def test_the_user_of_the_functions_may_run_only_the_listed_commands(
    conversation: Conversation, as_the_functions: Any
) -> None:
    use(conversation)
    assert as_the_functions.exists(conversation.key)
    ours: Any = redis.client()
    for command in (("GET", conversation.key), ("DEL", "other"), ("FLUSHALL",), ("KEYS", "*"), ("EVAL", "return 1", 0)):
        with pytest.raises(NoPermissionError):
            ours.execute_command(*command)
