"""The Lambda handler of the accounts feature."""

from functions.accounts.email_changes.link_routes import email_change_links
from functions.accounts.email_changes.routes import email_changes
from functions.accounts.routes import accounts
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(accounts, email_changes, email_change_links, versions=VERSIONS)
