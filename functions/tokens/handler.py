"""The Lambda door of the tokens feature."""

from functions.tokens.routes import tokens
from shared.kit.http import http_handler

handler = http_handler(tokens)
