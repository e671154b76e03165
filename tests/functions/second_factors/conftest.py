"""An account with a second factor."""

import pytest

from tests.support.people import People
from tests.support.second_factors import Secured, secure


@pytest.fixture
def ola(people: People) -> Secured:
    return secure(people.student(email="ola@example.com", language="en"))
