"""The authenticator of a device, as Chromium plays one (chromedevtools.github.io/devtools-protocol, WebAuthn)."""

from typing import Any

from playwright.sync_api import Page

OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class VirtualAuthenticator:
    """Makes and uses passkeys for a page, without asking anybody."""

    def __init__(self, page: Page) -> None:
        self._browser = page.context.new_cdp_session(page)
        self._browser.send("WebAuthn.enable")
        added = self._browser.send("WebAuthn.addVirtualAuthenticator", {"options": OPTIONS})
        self._itself = {"authenticatorId": added["authenticatorId"]}

    @property
    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._browser.send("WebAuthn.getCredentials", self._itself)["credentials"]
        return found

    def refuse(self) -> None:
        """Have it find that somebody else holds the device."""
        self._set_verified(is_owner=False)

    def accept(self) -> None:
        """Have it find its owner."""
        self._set_verified(is_owner=True)

    def _set_verified(self, *, is_owner: bool) -> None:
        self._browser.send("WebAuthn.setUserVerified", {**self._itself, "isUserVerified": is_owner})
