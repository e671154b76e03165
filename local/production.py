"""`MODE=production`: refuses to start with settings unsafe on the internet, and `/` only says that it runs."""

import re
from collections.abc import Iterator
from email.utils import parseaddr
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from local.options import BadOptions, Options
from local.trusted_proxies import parse_networks
from shared.domain.platform_settings import PlatformSettings
from shared.kit.environment import BadSetting, from_environment
from shared.kit.security.signing_keys import MIN_KEY_BYTES
from shared.kit.settings import FORMER_NAMES, Settings

# Words of example secrets, ours and others', regardless of digits and signs around them.
EXAMPLE_SECRET = re.compile(
    r"(admin|change|default|demo|development|example|here|insecure|jwt|key|mail|me|my|pass|password|postgres|root|secret"
    r"|test|the|this|to|tutoring|user|valkey|redis|your)*"
)
# Reserved domains (RFC 2606), as the domain of an address or as the whole address.
EXAMPLE_NAME = re.compile(r"(?:.*[@.])?(example\.(?:com|net|org)|example|invalid)", re.IGNORECASE)


def refuse_what_is_unsafe(options: Options) -> None:
    """Raises BadOptions with a line for each setting that is unsafe on the internet."""
    try:
        settings, platform = from_environment(Settings, FORMER_NAMES), from_environment(PlatformSettings)
    except BadSetting as error:
        raise BadOptions(str(error)) from None
    complaints = [*_of_options(options), *_of_addresses(settings, platform), *_of_secrets(options, settings)]
    complaints += [*_of_names(settings, platform), *_of_provider(settings)]
    if complaints:
        raise BadOptions("\n".join(f"MODE=production: {complaint}" for complaint in complaints))


def _of_options(options: Options) -> Iterator[str]:
    if options.demo:
        yield "DEMO is on: everybody knows the passwords of the demo accounts. Leave it out."
    if not (_is_loopback(options.host) or options.tls or options.trusted_proxies):
        yield (
            f"HOST={options.host} is reached without TLS. Listen on 127.0.0.1 behind a proxy,"
            " name the proxy in TRUSTED_PROXIES, or set TLS=1."
        )
    elif not (options.tls or options.trusted_proxies):
        yield (
            "TRUSTED_PROXIES is not set: everybody behind the proxy would count as one address, and one stranger's"
            " wrong passwords would lock all of them out. Name the proxy: TRUSTED_PROXIES=127.0.0.1"
        )
    if any(network.prefixlen == 0 for network in parse_networks(options.trusted_proxies)):
        yield "TRUSTED_PROXIES holds everybody: anybody could claim any address. Name the proxies."


def _of_addresses(settings: Settings, platform: PlatformSettings) -> Iterator[str]:
    if not settings.mail_url:
        yield "MAIL_URL is not set: nobody gets any mail."
    elif settings.mail_url.lower().startswith("file:"):
        yield "MAIL_URL is a folder: nobody gets any mail. Name a mail server."
    if settings.mail_from == Settings._field_defaults["mail_from"]:
        yield "MAIL_FROM is not set: other mail servers take nothing from no-reply@localhost."
    if not _is_https(platform.public_url):
        yield "PUBLIC_URL must be the https address at which this platform is reached."
    if not _is_https(platform.front_url):
        yield "FRONT_URL must be the https address of the frontend: links in mails lead there."
    if "*" in settings.cors_origins:
        yield "CORS_ORIGINS lets pages of every site call: name the origins of the frontend."
    if not settings.rate_limits:
        yield "RATE_LIMITS is off: passwords could be tried without end. Leave it out."
    if settings.push_private_addresses:
        yield "PUSH_PRIVATE_ADDRESSES is on: anybody could have this server call others behind it. Leave it out."


def _of_names(settings: Settings, platform: PlatformSettings) -> Iterator[str]:
    names = {
        "PUBLIC_URL": [_host(platform.public_url)],
        "FRONT_URL": [_host(platform.front_url)],
        "CORS_ORIGINS": [_host(origin) for origin in settings.cors_origins],
        "PASSKEY_DOMAIN": [platform.passkey_domain],
        "MAIL_URL": [_host(settings.mail_url)],
        "MAIL_FROM": [parseaddr(settings.mail_from)[1]],
        "TUTOR_EMAIL_DOMAINS": platform.tutor_email_domains,
    }
    for setting, named in names.items():
        if found := next(filter(None, map(EXAMPLE_NAME.fullmatch, named)), None):
            yield f"{setting} still has the example's {found[1]}: put a name of yours there."


def _of_provider(settings: Settings) -> Iterator[str]:
    if settings.oidc_issuer and not _is_https(settings.oidc_issuer):
        yield "OIDC_ISSUER must be an https address: what it says of people would be anybody's word."
    if any(each.startswith("http:") for each in settings.oidc_redirect_uris):
        yield "OIDC_REDIRECT_URIS must be https addresses: who reads the way could sign in as others."


def _of_secrets(options: Options, settings: Settings) -> Iterator[str]:
    """Secrets are not repeated, because this output is kept in logs."""
    keys = {"JWT_SECRET": settings.jwt_secret, "JWT_PREVIOUS_SECRET": settings.jwt_previous_secret}
    for name, key in keys.items():
        if key and len(key.encode()) < MIN_KEY_BYTES:
            yield f"{name} has fewer than {MIN_KEY_BYTES} bytes. Leave it out to have a key made."
    secrets = keys | {
        "ORIGIN_SECRET": settings.origin_secret,
        "VAPID_SECRET": settings.vapid_secret,
        "SECOND_FACTOR_SECRET": settings.second_factor_secret,
    }
    addresses = {"DATABASE_URL": options.database_url, "REDIS_URL": options.redis_url, "MAIL_URL": settings.mail_url}
    secrets |= {f"the password in {name}": _password(address) for name, address in addresses.items()}
    for name, secret in secrets.items():
        if secret and _is_example(secret):
            yield f"{name} is one of an example: everybody knows it. Make one with: openssl rand -hex 32"


def _password(address: str) -> str:
    try:
        return unquote(urlsplit(address).password or "")
    except ValueError:  # malformed; the code that uses it reports it
        return ""


def _is_example(secret: str) -> bool:
    """Whether it consists only of example words, digits and signs; hexadecimal ones may do so by chance."""
    is_made = len(secret) >= MIN_KEY_BYTES and re.fullmatch(r"(?=.*[a-f])(?=.*\d)[0-9a-f]+", secret)
    return not is_made and EXAMPLE_SECRET.fullmatch(re.sub(r"[^a-z]", "", secret.lower())) is not None


def _is_https(address: str) -> bool:
    return bool(_host(address)) and urlsplit(address).scheme == "https"


def _host(address: str) -> str:
    """The host name in a URL; None if it is not a URL."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _show_running(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("The tutoring platform is running.\n")


running_page = Route("/", _show_running)
