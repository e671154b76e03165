"""The Lambda door of the accounts feature."""

from functions.accounts.routes import accounts
from shared.kit.http import http_handler

handler = http_handler(accounts)
