"""What is asked of Redis or Valkey is what ElastiCache Serverless has."""

import pytest

from shared.kit import redis
from shared.kit.errors import Throttled
from shared.kit.security.rate_limits import Limit, give_back, spend
from tests.support.chat_http import Conversation, numbered
from tests.support.conversations import add_messages

# Those in use. A new one is looked up first, on the page of what serverless caches support:
# docs.aws.amazon.com/AmazonElastiCache/latest/dg/SupportedCommands.html
COMMANDS = {"del", "exec", "expire", "get", "incrby", "multi", "ttl", "xadd", "xrevrange"}
# What a client says of itself when it connects; it does without where these are refused.
GREETINGS = {"hello", "auth", "ping", "client|setinfo"}
ASKED_BY_THE_TEST = {"info", "config|resetstat"}
LIMIT = Limit("commands", 1, 60)


def test_the_commands_in_use_are_known(conversation: Conversation, rate_limits: None) -> None:
    redis.client().config_resetstat()
    add_messages(conversation.id, conversation.student, *numbered(1, 2))
    conversation.bodies()
    redis.client().delete(conversation.key)
    conversation.bodies()
    redis.send_no_reply(("XADD", conversation.key, "NOMKSTREAM", "MAXLEN", "~", 100, "3-0", b"m", "[]"))
    spend(LIMIT, "a")
    with pytest.raises(Throttled):
        spend(LIMIT, "a")
    give_back(LIMIT, "a")
    asked = {name.removeprefix("cmdstat_") for name in redis.client().info("commandstats")}
    assert {"xadd", "xrevrange", "incrby", "exec"} <= asked
    assert asked - GREETINGS - ASKED_BY_THE_TEST <= COMMANDS
