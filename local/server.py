"""The local server: binds its port, starts the stack, prints where everything is, and serves."""

import signal
import socket
import sys
from typing import NoReturn

import uvicorn

from local.announcements import announce, announce_end
from local.gateway.websocket_protocol import GatewayProtocol
from local.http_protocol import BoundedHttpProtocol
from local.monitoring.exposition import exposed
from local.monitoring.json_logs import write_json_logs
from local.options import BadOptions, CannotStart, Options, read_options
from local.production import refuse_what_is_unsafe
from local.stack import prepare, running_stack
from local.workers import Workers

MAX_MESSAGE = 128 * 1024
BACKLOG = 2048
GRACE_SECONDS = 5


def main() -> None:
    """Run until Ctrl-C, SIGTERM or the end of the terminal; a reason not to start is printed in one line."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as `nohup` has it ignored
        signal.signal(signal.SIGHUP, lambda _number, _frame: signal.raise_signal(signal.SIGTERM))
    try:
        options = read_options()
        if options.is_production:
            refuse_what_is_unsafe(options)
        with bind(options) as listener, running_stack(options):
            if options.is_production:
                write_json_logs()
            prepare(options)
            with exposed(options):
                announce(options)
                serve(options, listener)
        # Started in the background, where Ctrl-C's signal is ignored once the server has seen it.
        announce_end()
    except CannotStart as reason:
        give_up(str(reason), reason.exit_status)
    except OSError as error:
        give_up(f"The server cannot run: {error}")
    except KeyboardInterrupt:
        announce_end()


def give_up(reason: str, exit_status: int = CannotStart.exit_status) -> NoReturn:
    sys.stderr.write(f"{reason}\n")
    sys.exit(exit_status)


def bind(options: Options) -> socket.socket:
    """Bind the port before anything else is started. Raises CannotStart."""
    listener = socket.socket(socket.AF_INET6 if ":" in options.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except TypeError:  # one that is no name in any encoding
        listener.close()
        raise BadOptions(f"HOST={options.host} is no name of a host.") from None
    except OSError as error:
        listener.close()
        raise CannotStart(f"Port {options.port} on {options.host} cannot be used: {error.strerror}.") from None
    return listener


def serve(options: Options, listener: socket.socket) -> None:
    chain, key = certificate(options)
    config = uvicorn.Config(
        "local.app:build",
        factory=True,
        workers=options.workers,
        http=BoundedHttpProtocol,
        loop="uvloop",
        ws=GatewayProtocol,
        ws_max_size=MAX_MESSAGE,
        # As on AWS: no compression, and no pings, which would close the socket of a sleeping client.
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        # In production these lines go where all others go.
        log_config=None if options.is_production else uvicorn.config.LOGGING_CONFIG,
        log_level="error",
        # Done by local.monitoring.
        access_log=False,
        server_header=False,
        # Done by local.trusted_proxies, which also covers WebSockets and hosts.
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_certfile=chain,
        ssl_keyfile=key,
    )
    if options.workers > 1:
        Workers(config, sockets=[listener]).run()
    else:
        uvicorn.Server(config).run(sockets=[listener])


def certificate(options: Options) -> tuple[str | None, str | None]:
    if not options.tls:
        return None, None
    from local.certificate import certificate as make

    chain, key = make(options.data_folder / "tls")
    return str(chain), str(key)
