"""HTTP shapes of the reviews feature."""

from fastapi import Request, Response

from functions.reviews import repository, service
from functions.reviews.schemas import Info, NewRating, OwnRatings, Rating, RatingOfTutor
from shared.kit.answers import answer, json_response
from shared.kit.documentation import count_parameter, refusals
from shared.kit.errors import FieldErrors
from shared.kit.http import router
from shared.kit.queries import read_count
from shared.kit.transactions import transaction
from shared.rules.callers import Anybody, User

reviews = router("reviews")
COUNT = "number_of_ratings"
MOST = 100


@reviews.post(
    "/api/user/rate_tutor/{tutor_id:int}/",
    status_code=201,
    response_model=Rating,
    responses=refusals(service.TutorIdRequired, service.TutorNotFound, service.OwnTutor, service.AlreadyRated),
)
def rate_tutor(caller: User, tutor_id: int, rating: NewRating) -> Response:
    """Rate a tutor with 1 to 5 stars and a review; once per tutor."""
    with transaction() as db:
        added = service.rate(db, caller.id, tutor_id, rating)
    return answer(added, 201)


@reviews.delete("/api/user/rate_tutor/{tutor_id:int}/", response_model=Info, responses=refusals(service.NoRating))
def delete_rating(caller: User, tutor_id: int) -> Response:
    """Delete the own rating of a tutor."""
    with transaction() as db:
        service.delete_rating(db, caller.id, tutor_id)
    return answer({"Info": "Rating deleted."})


@reviews.get("/api/user/ratings/me/", response_model=OwnRatings)
def list_own_ratings(caller: User) -> Response:
    """The own ratings, oldest first."""
    return json_response(f'{{"ratings":{repository.list_by_student(caller.id)}}}')


@reviews.get(
    "/api/user/ratings/best/",
    response_model=list[RatingOfTutor],
    responses=refusals(FieldErrors),
    openapi_extra=count_parameter(COUNT, MOST),
)
def list_best_ratings(_caller: Anybody, request: Request) -> Response:
    """The best ratings of all tutors, best first, at most 100."""
    count = read_count(request.scope["query_string"], COUNT)
    return json_response(repository.list_best(MOST if count is None else min(count, MOST)))
