"""Endpoints from which the scenario gets no successful response; separate tests call them at both entry points."""

# They need a provider or an app's codes, which tests/functions/sign_in and second_factors have.
OF_PROVIDER = {"POST /api/token/oidc", "POST /api/token/oidc/begin", "DELETE /api/token/identities/*"}
OF_SECOND_FACTORS = {
    *(f"POST /api/token/second_factor{what}" for what in ("", "/enrolment", "/enrolment/confirm")),
    *(f"POST /api/user/second_factors/{what}" for what in ("app", "app/confirm", "recovery_codes", "turn_off")),
}
# They need an authenticator, which tests/functions/second_factors and the staff desk's browser tests have.
OF_PASSKEYS = {
    "POST /api/token/passkey",
    "POST /api/token/second_factor/passkey",
    *(f"POST /api/token/second_factor/enrolment/passkey{what}" for what in ("", "/confirm")),
    *(f"POST /api/user/second_factors/passkeys{what}" for what in ("/confirm", "/request", "/*/remove")),
    "PATCH /api/user/second_factors/passkeys/*",
}
# They need tickets, files and URLs from earlier responses, which the tests of attachments use at both.
OF_ATTACHMENTS = {
    "GET /media/chat/*/*",
    "POST /api/staff/reports/*/attachments/*/open",
    "POST /api/chat/attachments/*/complete",
    "POST /api/chat/conversations/*/attachments",
    "POST /api/chat/files",
}
UNPLAYED = OF_PROVIDER | OF_SECOND_FACTORS | OF_PASSKEYS | OF_ATTACHMENTS
