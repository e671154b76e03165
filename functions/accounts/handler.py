"""The Lambda handler of the accounts feature."""

from functions.accounts.routes import accounts
from shared.kit.http.app import http_handler

handler = http_handler(accounts)
