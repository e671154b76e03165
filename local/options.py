"""The options of the local server; every field is an environment variable of the same name."""

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

from local.trusted_proxies import parse_networks
from shared.kit.environment import BadSetting, from_environment

MODES = ("development", "production")
# Each has its own connections to the database, and more processes than processors do not answer sooner.
MAX_WORKERS = 64
# As browsers send it: in lower case, without a trailing slash.
ORIGIN = re.compile(r"https?://[a-z0-9.:_\[\]-]+")


class CannotStart(Exception):
    """A reason not to start that the user can fix, in one line; several reasons take one line each."""

    exit_status = 1


class BadOptions(CannotStart):
    """The environment has unusable values, so that a restart would not help."""

    exit_status = 2


@dataclass(frozen=True)
class Options:
    """Options of `make run`. docs/operations.md describes each."""

    # "development", or "production" for the internet.
    mode: str = "development"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    data: str = ".data"
    demo: bool = True
    tls: bool = False
    frontend: str = ""
    frontend_host: str = ""
    # The origin of the newer frontend, on a server of its own: it may use cookies here.
    frontend2: str = ""
    # Addresses and networks of proxies whose forwarding headers are trusted.
    trusted_proxies: tuple[str, ...] = ()
    # The proxies' header with the client's country, such as CF-IPCountry.
    country_header: str = ""
    # Real servers to use instead of the embedded ones.
    database_url: str = ""
    redis_url: str = ""
    # Log a line for every request; the default in production.
    access_log: bool = False
    # Keep copies of public reads in the process, as CloudFront does; the default in production.
    public_copies: bool = False
    # The port where Prometheus reads metrics; 0 means none.
    metrics_port: int = 0
    metrics_host: str = "127.0.0.1"
    # Where to read mails sent by SMTP.
    mail_page: str = ""

    @property
    def is_production(self) -> bool:
        return self.mode == "production"

    @property
    def data_folder(self) -> Path:
        return Path(self.data).absolute()

    @property
    def origin(self) -> str:
        """The server's address for a browser on this machine."""
        host = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::1", "::"} else self.host  # noqa: S104
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


def read_options() -> Options:
    """Raises BadOptions for unusable values."""
    try:
        options = from_environment(Options)
    except BadSetting as error:
        raise BadOptions(str(error)) from None
    if options.mode not in MODES:
        raise BadOptions(f"MODE={options.mode} is neither {' nor '.join(MODES)}.")
    if options.is_production:
        demo = options.demo and bool(os.environ.get("DEMO"))
        options = replace(
            options,
            demo=demo,
            access_log=options.access_log or not os.environ.get("ACCESS_LOG"),
            public_copies=options.public_copies or not os.environ.get("PUBLIC_COPIES"),
        )
    _check_ports(options)
    if not 0 < options.workers <= MAX_WORKERS:
        raise BadOptions(f"WORKERS={options.workers}: at least one process is needed, and at most {MAX_WORKERS}.")
    _check_proxies(options)
    if options.frontend and not (Path(options.frontend) / "index.html").is_file():
        raise BadOptions(f"FRONTEND={options.frontend} has no index.html.")
    options = replace(options, frontend2=options.frontend2.rstrip("/"))
    if options.frontend2 and not ORIGIN.fullmatch(options.frontend2):
        raise BadOptions(f"FRONTEND2={options.frontend2} is no origin, such as http://localhost:3000.")
    return options


def _check_ports(options: Options) -> None:
    if not 0 < options.port < 65_536:
        raise BadOptions(f"PORT={options.port} is not a port number.")
    if not 0 <= options.metrics_port < 65_536:
        raise BadOptions(f"METRICS_PORT={options.metrics_port} is not a port number.")
    if options.metrics_port == options.port:
        raise BadOptions(f"METRICS_PORT={options.metrics_port} is that of the server itself: name another one.")


def _check_proxies(options: Options) -> None:
    try:
        parse_networks(options.trusted_proxies)
    except ValueError as error:
        raise BadOptions(f"TRUSTED_PROXIES: {error}.") from None
    if not re.fullmatch(r"[A-Za-z0-9_-]*", options.country_header):
        raise BadOptions(f"COUNTRY_HEADER={options.country_header} is no name of a header.")
    if options.country_header and not options.trusted_proxies:
        raise BadOptions("COUNTRY_HEADER is believed from TRUSTED_PROXIES only: name them, too.")
