"""The Lambda door of the reviews feature."""

from functions.reviews.routes import reviews
from shared.kit.http import http_handler

handler = http_handler(reviews)
