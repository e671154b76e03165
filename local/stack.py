"""Starts the engines, prepares the data folder and sets the environment that the features read."""

import fcntl
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import redis

from local.demo.load import has_demo_data, load_demo_data
from local.engines.postgres import start_postgres
from local.engines.processes import socket_folder
from local.engines.valkey import start_valkey
from local.migrating import bring_up_to_date
from local.options import CannotStart, Options
from local.settings_check import check_settings
from shared.kit.http.direct_routes import WAITING_THREADS
from shared.kit.http.fast_routes import LONG_THREADS
from shared.kit.http.fast_routes import THREADS as DIRECT_THREADS
from shared.kit.observability.log import logger
from shared.kit.redis import ANSWER_TIMEOUT, CONNECT_TIMEOUT
from shared.kit.security.signing_keys import MIN_KEY_BYTES
from shared.kit.settings import settings

THREADS = 4
# Besides the door, which opens and closes sockets.
CHAT_THREADS, DOORS, UNREAD_THREADS = 2, 1, 1
# Database connections: one for each thread.
POOL = THREADS + DIRECT_THREADS + LONG_THREADS + WAITING_THREADS + CHAT_THREADS + DOORS + UNREAD_THREADS
# A file in the data folder with the running server's database address, for other commands.
DATABASE_URL_FILE = "database.url"
# The same for the folder through which its processes are asked to reach their WebSockets.
SOCKETS_FILE = "sockets.path"
# A process locks this file while it runs on the data folder.
LOCK = "lock"
# A restore that has not ended leaves this file.
RESTORING = "restoring"
PRIVATE_UMASK = 0o077
DEFAULT_PICTURE = Path(__file__).parents[1] / "functions" / "profiles" / "default.jpg"


@contextmanager
def running_stack(options: Options) -> Iterator[None]:
    """Run the engines and set the environment to them during the block. Raises CannotStart."""
    with ExitStack() as stack:
        data = claim(options.data_folder, stack)
        sockets = socket_folder()
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        _configure_features(options, data, sockets)
        check_settings()
        if options.database_url:
            os.environ["DATABASE_URL"] = options.database_url
        else:
            postgres = start_postgres(data / "postgres", sockets)
            stack.callback(postgres.stop)
            postgres.keep_running()
            os.environ["DATABASE_URL"] = postgres.url
        if options.redis_url:
            os.environ["REDIS_URL"] = options.redis_url
            warn_without_redis(options.redis_url)
        else:
            valkey = start_valkey(data / "valkey", sockets)
            stack.callback(valkey.stop)
            valkey.keep_running()
            os.environ["REDIS_URL"] = valkey.url
        settings.cache_clear()  # checked before the engines had addresses
        yield


def warn_without_redis(url: str) -> None:
    """Warn if Redis does not respond: everything works without it, so it would go unnoticed."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=CONNECT_TIMEOUT, socket_timeout=ANSWER_TIMEOUT) as client:
            client.ping()
    except redis.RedisError as error:
        facts = {"error": str(error)}
        logger().error("REDIS_URL does not answer; until it does, rate limits do not count", extra=facts)


class FolderInUse(CannotStart):
    """Another process uses the data folder."""


def claim(data: Path, stack: ExitStack, *, restoring: bool = False) -> Path:
    """Lock the data folder until the stack is closed. Raises FolderInUse or CannotStart."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        stack.callback(os.umask, os.umask(PRIVATE_UMASK))
        make_private(data)
        lock = stack.enter_context((data / LOCK).open("w"))
    except OSError as error:
        raise CannotStart(f"The data folder {data} cannot be used: {error.strerror}.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise FolderInUse(f"Another server is running on the data folder {data}.") from None
    if (data / RESTORING).exists() and not restoring:
        raise CannotStart(f"A restore into {data} was interrupted. Run it again: make restore FILE=… FORCE=1")
    for name in (DATABASE_URL_FILE, SOCKETS_FILE):
        (data / name).unlink(missing_ok=True)  # of a server that was killed
        stack.callback((data / name).unlink, missing_ok=True)
    return data


def make_private(data: Path) -> None:
    """Make the data folder and its content readable only by the owner; files of other users stay as they are."""
    for path in (data, *data.iterdir()):
        with suppress(FileNotFoundError):  # a link that leads nowhere
            found = path.stat()
            if found.st_uid == os.geteuid() and found.st_mode & PRIVATE_UMASK:
                path.chmod(stat.S_IMODE(found.st_mode) & ~PRIVATE_UMASK)


def _configure_features(options: Options, data: Path, sockets: Path) -> None:
    """Set variables that the environment does not set already."""
    defaults = {
        "JWT_SECRET": _kept_secret(data / "secret.key"),
        "MEDIA_FOLDER": str(data / "media"),
        "MAIL_URL": f"file://{data / 'mail'}",
        "DATABASE_POOL": str(POOL),
        "POWERTOOLS_SERVICE_NAME": "local",
        "LOCAL_SOCKETS": str(sockets),
        "LOCAL_DATA": str(data),
        "SERVER_URL": options.origin,
        # A key derived from its digest reveals nothing of the text.
        "VAPID_SECRET": _kept_secret(data / "secret.key"),
        "SECOND_FACTOR_SECRET": _kept_secret(data / "secret.key"),
    }
    if options.frontend or options.frontend2:
        defaults["FRONT_URL"] = options.origin if options.frontend else options.frontend2
    if options.frontend2:
        # Every origin may call as before, and this one with cookies.
        given = os.environ.get("CORS_ORIGINS") or ("" if options.is_production else "*")
        os.environ["CORS_ORIGINS"] = ",".join(filter(None, (given, options.frontend2)))
    for name, value in defaults.items():
        if not os.environ.get(name):
            os.environ[name] = value
    picture = Path(os.environ["MEDIA_FOLDER"]) / "uploads" / "user" / "default.jpg"
    picture.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(DEFAULT_PICTURE, picture)


def _kept_secret(path: Path) -> str:
    """The signing key of this data folder, created on first use."""
    if not path.exists():
        _write_private(path, secrets.token_urlsafe(48))
    key = path.read_text()
    if len(key) < MIN_KEY_BYTES:
        raise CannotStart(
            f"{path} holds no signing key. Take it from a backup: with a new one, made when it is deleted,"
            " everybody is signed out, and authenticator apps and push messages have to be set up again."
        )
    return key


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, atomically."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(0o600)
    part.write_text(text)
    part.replace(path)


def prepare(options: Options) -> None:
    """Migrate the database, fill it on first start, and write its address down. Raises CannotStart."""
    bring_up_to_date(options)
    if options.demo:
        load_demo_data()
    elif options.is_production and has_demo_data():
        raise CannotStart(
            "MODE=production: the database holds the demo accounts, whose passwords everybody knows."
            " Name another DATA folder or database."
        )
    _write_private(options.data_folder / SOCKETS_FILE, os.environ["LOCAL_SOCKETS"])
    _write_private(options.data_folder / DATABASE_URL_FILE, os.environ["DATABASE_URL"])
