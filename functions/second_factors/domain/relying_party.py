"""The relying party of passkeys: the domain that browsers bind them to, and the origins whose pages may use them."""

from dataclasses import dataclass
from email.utils import parseaddr
from ipaddress import ip_address
from urllib.parse import urlsplit

from shared.domain.platform_settings import platform_settings
from shared.kit.settings import settings


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """`domain` is what the specification calls the id of the relying party."""

    domain: str
    origins: list[str]


def relying_party(own: str) -> RelyingParty:
    """The relying party; `own`: the origin that the request was sent to.

    Browsers let a page use only passkeys of its own or a parent domain, so a forged `own` gives no access.
    """
    own, front = platform_settings().public_url or own, platform_settings().front_url
    domain = platform_settings().passkey_domain or _domain(_host(own), _host(front))
    known = (own, front, *settings().cors_origins)
    return RelyingParty(domain, sorted({_origin(each) for each in known if _is_below(_host(each), domain)}))


def platform_name() -> str:
    """The platform's name as users know it."""
    return parseaddr(settings().mail_from)[0] or "Korepetycje"


def _domain(own: str, front: str) -> str:
    """The one of two hosts that is a parent domain of the other; IP addresses cannot have passkeys."""
    return front if _is_address(own) or _is_below(own, front) else own


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _is_below(host: str, domain: str) -> bool:
    return f".{host}".endswith(f".{domain}")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
