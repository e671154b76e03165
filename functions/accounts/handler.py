"""The Lambda handler of the accounts feature."""

from functions.accounts.routes import accounts
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(accounts, versions=VERSIONS)
