"""HTTP shapes of the reviews feature."""

from fastapi import Request, Response

from functions.reviews import queries, service
from functions.reviews.schemas import (
    EditedRating,
    Info,
    NewRating,
    NewReply,
    OwnRatings,
    Rating,
    RatingOfTutor,
    Review,
    ReviewPage,
)
from shared.domain.auth import Anybody, TutorCaller, User
from shared.kit.db.transactions import transaction
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.fast_routes import fast_route
from shared.kit.http.openapi import count_parameter, error_responses, path_id
from shared.kit.http.page_pagination import PAGE_PARAMETERS, read_page
from shared.kit.http.query_string import read_count
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router, unlisted

reviews = router("reviews")
COUNT = "number_of_ratings"
MOST = 100


@reviews.post(
    "/api/user/rate_tutor/{tutor_id:int}/",
    status_code=201,
    response_model=Rating,
    responses=error_responses(service.TutorIdRequired, service.TutorNotFound, service.OwnTutor, service.AlreadyRated),
)
def rate_tutor(caller: User, tutor_id: int, rating: NewRating) -> Response:
    """Rate a tutor with 1 to 5 stars and a review; once per tutor."""
    with transaction() as db:
        added = service.rate(db, caller.id, tutor_id, rating)
    return json_response(added, 201)


@reviews.patch(
    "/api/user/rate_tutor/{tutor_id:int}/",
    response_model=Review,
    responses=error_responses(service.NoRating, service.ReviewHidden),
)
@unlisted
def edit_rating(caller: User, tutor_id: int, changes: EditedRating) -> Response:
    """Change stars, text or both of the own rating of a tutor."""
    with transaction() as db:
        review = service.edit_rating(db, caller.id, tutor_id, changes)
    return raw_json_response(review)


@reviews.delete(
    "/api/user/rate_tutor/{tutor_id:int}/",
    response_model=Info,
    responses=error_responses(service.NoRating, service.ReviewHidden),
)
def delete_rating(caller: User, tutor_id: int) -> Response:
    """Delete the own rating of a tutor."""
    with transaction() as db:
        service.delete_rating(db, caller.id, tutor_id)
    return json_response({"Info": "Rating deleted."})


@reviews.get("/api/user/ratings/me/", response_model=OwnRatings)
def list_own_ratings(caller: User) -> Response:
    """The own ratings, oldest first."""
    return raw_json_response(f'{{"ratings":{queries.list_ratings_by_student(caller.id)}}}')


@reviews.get(
    "/api/user/ratings/best/",
    response_model=list[RatingOfTutor],
    responses=error_responses(FieldErrors),
    openapi_extra=count_parameter(COUNT, MOST),
)
def list_best_ratings(_caller: Anybody, request: Request) -> Response:
    """The best ratings of all tutors, best first, at most 100."""
    count = read_count(request.scope["query_string"], COUNT)
    return raw_json_response(queries.list_best_ratings(MOST if count is None else min(count, MOST)))


@reviews.get(
    "/api/user/tutor/reviews/{tutor_id:int}/",
    response_model=ReviewPage,
    responses=error_responses(FieldErrors, NotFound),
    openapi_extra={"parameters": [*path_id("tutor_id")["parameters"], *PAGE_PARAMETERS]},
)
@fast_route
def list_reviews(request: Request) -> Response:
    """A tutor's reviews, the newest first, and the average of all."""
    tutor_id = request.path_params["tutor_id"]
    page = read_page(request.scope["query_string"])
    return raw_json_response(service.list_reviews(f"/api/user/tutor/reviews/{tutor_id}/", tutor_id, page))


@reviews.put(
    "/api/user/tutor/reviews/{review_id:int}/reply/",
    response_model=Review,
    responses=error_responses(service.ReviewNotFound),
)
def reply(caller: TutorCaller, review_id: int, answer: NewReply) -> Response:
    """Answer a review of the own teaching in public, once; a new answer replaces the one before."""
    return raw_json_response(service.set_reply(caller.tutor_id, review_id, answer.reply))


@reviews.delete(
    "/api/user/tutor/reviews/{review_id:int}/reply/",
    response_model=Review,
    responses=error_responses(service.ReviewNotFound),
)
def delete_reply(caller: TutorCaller, review_id: int) -> Response:
    """Take the answer to a review back; without one nothing changes."""
    return raw_json_response(service.set_reply(caller.tutor_id, review_id, None))
