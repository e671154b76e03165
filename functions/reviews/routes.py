"""The HTTP endpoints of ratings and reviews."""

from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from functions.reviews import queries, service
from functions.reviews.schemas import (
    BestReview,
    EditedRating,
    NewRating,
    NewReply,
    OwnRatings,
    Rating,
    RatingOfTutor,
    Review,
    ReviewPage,
)
from shared.domain.auth import OptionalUser, TutorCaller, User
from shared.domain.dispatcher import trigger_dispatch
from shared.kit.db.integers import MAX_INT64
from shared.kit.db.transactions import transaction
from shared.kit.errors import FieldErrors, NotFound
from shared.kit.http.cursor_pagination import next_link
from shared.kit.http.fields import Count, Whole
from shared.kit.http.openapi import LEADS_ON, error_responses
from shared.kit.http.page_pagination import PageQuery
from shared.kit.http.query_models import QueryModel, RecordedQueryModel, from_query
from shared.kit.http.response_models import Info
from shared.kit.http.responses import json_response, raw_json_response
from shared.kit.http.routing import router

MOST = 100

reviews = router("reviews")


class BestRatings(RecordedQueryModel):
    number_of_ratings: Annotated[
        int, Count(), Field(description=f"The maximum number; never more than {MOST}.", examples=[10])
    ] = MOST


@reviews.recorded.post(
    "/api/user/rate_tutor/{tutor_id:any_int}/",
    status_code=201,
    response_model=Rating,
    responses=error_responses(service.TutorIdRequired, service.TutorNotFound, service.OwnTutor, service.AlreadyRated),
)
def rate_tutor(caller: User, tutor_id: int, rating: NewRating) -> Response:
    """Rate a tutor with 1 to 5 stars and a review, once per tutor."""
    with transaction() as db:
        added = service.rate(db, caller.id, tutor_id, rating)
    trigger_dispatch()
    return json_response(added, 201)


@reviews.unlisted(
    "PATCH",
    "/api/user/rate_tutor/{tutor_id:any_int}/",
    response_model=Review,
    responses=error_responses(service.NotRated, service.ReviewHidden),
)
def edit_rating(caller: User, tutor_id: int, change: EditedRating) -> Response:
    """Change the stars or the text of your rating of a tutor."""
    with transaction() as db:
        review = service.edit_rating(db, caller.id, tutor_id, change)
    return raw_json_response(review)


@reviews.recorded.delete(
    "/api/user/rate_tutor/{tutor_id:any_int}/",
    response_model=Info,
    responses=error_responses(service.NoRating, service.ReviewHidden),
)
def delete_rating(caller: User, tutor_id: int) -> Response:
    """Delete your rating of a tutor."""
    with transaction() as db:
        service.delete_rating(db, caller.id, tutor_id)
    return json_response({"Info": "Rating deleted."})


class OwnRatingsQuery(RecordedQueryModel):
    before: Annotated[
        int | None,
        Count(maximum=MAX_INT64),
        Field(description="Only ratings before this id: take it from the Link header."),
    ] = None


@reviews.recorded.get(
    "/api/user/ratings/me/", response_model=OwnRatings, responses=LEADS_ON | error_responses(FieldErrors)
)
def list_own_ratings(caller: User, query: Annotated[OwnRatingsQuery, from_query(OwnRatingsQuery)]) -> Response:
    """List your ratings, the oldest first.

    If they are very long, only the newest are included; the Link header links to older ones.
    """
    found = queries.list_ratings_by_student(caller.id, query.before)
    link = None
    if found.before is not None:
        link = {"Link": next_link("/api/user/ratings/me/", [("before", str(found.before))])}
    return raw_json_response(f'{{"ratings":{found.ratings}}}', headers=link)


@reviews.recorded.get(
    "/api/user/ratings/best/",
    response_model=list[RatingOfTutor],
    responses=error_responses(FieldErrors),
)
def list_best_ratings(_caller: OptionalUser, query: Annotated[BestRatings, from_query(BestRatings)]) -> Response:
    """List the best ratings of all tutors, the best first."""
    return raw_json_response(queries.list_best_ratings(min(query.number_of_ratings, MOST)))


class BestReviews(QueryModel):
    number_of_reviews: Annotated[int, Whole(minimum=1, maximum=MOST), Field(description="The maximum number.")] = 10


@reviews.fast_get(
    "/api/user/tutor/reviews/best/",
    query=BestReviews,
    response_model=list[BestReview],
    responses=error_responses(FieldErrors),
)
def list_best_reviews(request: Request) -> Response:
    """List the best reviews of all tutors with their authors, best first, then newest first."""
    number = BestReviews.read(request.scope["query_string"]).number_of_reviews
    return raw_json_response(queries.list_best_reviews(number))


@reviews.fast_get(
    "/api/user/tutor/reviews/{tutor_id:int32}/",
    query=PageQuery,
    response_model=ReviewPage,
    responses=error_responses(FieldErrors, NotFound),
)
def list_reviews(request: Request) -> Response:
    """List a tutor's reviews, newest first, with the average of all."""
    tutor_id = request.path_params["tutor_id"]
    page = PageQuery.read(request.scope["query_string"]).page
    return raw_json_response(service.list_reviews(f"/api/user/tutor/reviews/{tutor_id}/", tutor_id, page))


@reviews.put(
    "/api/user/tutor/reviews/{review_id:int64}/reply/",
    operation_id="replyToReview",
    response_model=Review,
    responses=error_responses(service.ReviewNotFound),
)
def set_reply(caller: TutorCaller, review_id: int, reply: NewReply) -> Response:
    """Reply publicly to a review of you as a tutor. A new reply replaces the previous one."""
    with transaction() as db:
        review = service.set_reply(db, caller.tutor_id, review_id, reply.reply)
    trigger_dispatch()
    return raw_json_response(review)


@reviews.delete(
    "/api/user/tutor/reviews/{review_id:int64}/reply/",
    response_model=Review,
    responses=error_responses(service.ReviewNotFound),
)
def delete_reply(caller: TutorCaller, review_id: int) -> Response:
    """Delete your reply to a review. If there is none, nothing changes."""
    with transaction() as db:
        review = service.set_reply(db, caller.tutor_id, review_id, None)
    return raw_json_response(review)
