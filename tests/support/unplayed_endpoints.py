"""Endpoints that the scenario of requests gets no good answers of: tests of their own ask them at both entry points."""

# Without a provider, or what an app shows, there are none: tests/functions/sign_in and second_factors have both.
OF_PROVIDER = {"POST /api/token/oidc", "POST /api/token/oidc/begin", "DELETE /api/token/identities/*"}
OF_SECOND_FACTORS = {
    *(f"POST /api/token/second_factor{what}" for what in ("", "/enrolment", "/enrolment/confirm")),
    *(f"POST /api/user/second_factors/{what}" for what in ("app", "app/confirm", "recovery_codes", "turn_off")),
}
# What an authenticator makes and signs: tests/functions/second_factors and the browser of the staff desk have one.
OF_PASSKEYS = {
    "POST /api/token/passkey",
    "POST /api/token/second_factor/passkey",
    *(f"POST /api/token/second_factor/enrolment/passkey{what}" for what in ("", "/confirm")),
    *(f"POST /api/user/second_factors/passkeys{what}" for what in ("/confirm", "/request", "/*/remove")),
    "PATCH /api/user/second_factors/passkeys/*",
}
# Tickets, files and addresses of the answers before: tests of attachments ask them of both.
OF_ATTACHMENTS = {
    "GET /media/chat/*/*",
    "POST /api/staff/reports/*/attachments/*/open",
    "POST /api/chat/attachments/*/complete",
    "POST /api/chat/conversations/*/attachments",
    "POST /api/chat/files",
}
UNPLAYED = OF_PROVIDER | OF_SECOND_FACTORS | OF_PASSKEYS | OF_ATTACHMENTS
