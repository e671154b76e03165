"""The Lambda door of the profiles feature."""

from functions.profiles.routes import profiles
from shared.kit.http import http_handler

handler = http_handler(profiles)
