"""Registration, confirmation, password reset, deletion and export of accounts."""
