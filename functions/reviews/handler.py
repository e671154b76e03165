"""The Lambda handler of the reviews feature."""

from functions.reviews.desk_routes import reviews_desk
from functions.reviews.moderation_routes import review_moderation
from functions.reviews.routes import reviews
from shared.kit.http.app import http_handler
from shared.versions import VERSIONS

handler = http_handler(reviews, review_moderation, reviews_desk, versions=VERSIONS)
