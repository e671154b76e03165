import importlib.metadata

import pytest

from shared.kit import package_versions
from shared.kit.package_versions import PackageNotFoundError


@pytest.mark.parametrize("name", ["psycopg", "psycopg-binary", "psycopg-pool", "redis", "email-validator"])
def test_the_version_of_a_package_is_read_from_the_name_of_its_folder(name: str) -> None:
    assert package_versions.version(name) == importlib.metadata.version(name)


def test_a_package_that_is_not_installed_has_no_version() -> None:
    with pytest.raises(PackageNotFoundError):
        package_versions.version("psycopg-on-the-moon")
