"""A device's authenticator, emulated by Chromium (chromedevtools.github.io/devtools-protocol, WebAuthn)."""

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
    """Creates and uses passkeys for a page, without user interaction."""

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
        """Fail user verification from now on, as if another person held the device."""
        self._set_verified(is_owner=False)

    def accept(self) -> None:
        """Pass user verification from now on."""
        self._set_verified(is_owner=True)

    def _set_verified(self, *, is_owner: bool) -> None:
        self._browser.send("WebAuthn.setUserVerified", {**self._itself, "isUserVerified": is_owner})
