"""Numbers from the template and the code that docs/deploy-aws.md repeats."""

from infra.images import MOST_IMAGES
from tests.support.templates import functions, resources
from tools.cloud.project import ROOT

PAGE = (ROOT / "docs" / "deploy-aws.md").read_text()
HTTP, SOCKETS = 20, 60


def test_the_page_states_the_connections_of_the_template() -> None:
    reserved = {name: str(found.get("ReservedConcurrentExecutions")) for name, found in functions().items()}
    http = sum("HttpConcurrency" in each for each in reserved.values())
    # The rotation of keys uses no database.
    jobs = [name for name, each in reserved.items() if "Concurrency" not in each and name != "SecretsFunction"]
    of_jobs = sum(next(number for number in (1, 2, 3) if f" {number}," in reserved[name]) for name in jobs)
    assert f"`HttpConcurrency` ({HTTP} for each of {http} functions)" in PAGE
    assert f"with the jobs that is {http * HTTP + SOCKETS + of_jobs} at these numbers" in PAGE


def test_the_page_states_the_numbers_of_kept_secrets_and_images() -> None:
    kept = resources("AWS::SecretsManager::Secret", ROOT / "infra" / "stacks" / "data.yaml")
    assert f"the {('no', 'one', 'two', 'three', 'four', 'five', 'six')[len(kept)]} secrets" in PAGE
    assert f"forgets all but the newest {MOST_IMAGES:,}." in PAGE
