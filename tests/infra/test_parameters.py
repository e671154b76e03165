"""The values that parameters of the template accept."""

import re

import pytest

from tests.support.templates import template


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "OidcIssuer",
            ["https://accounts.google.com", "https://login.example:8443/realms/Tutoring"],
            ["accounts.google.com", "http://accounts.google.com", "https://", "https://a.example /", "https://a b"],
        ),
        ("OidcClientId", ["123-abc.apps.googleusercontent.com"], ["a client", "a\n"]),
        (
            "OidcSecretArn",
            ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:oidc-AbCdEf"],
            ["oidc", "arn:aws:ssm:eu-central-1:123456789012:parameter/oidc", "arn:aws:secretsmanager:"],
        ),
    ],
)
def test_a_parameter_accepts_only_valid_values(name: str, good: list[str], bad: list[str]) -> None:
    assert_takes(name, good, bad)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "CorsOrigins",
            ["*", "https://app.example.com", "http://localhost:5173,https://a.example", "https://a.example, app://b"],
            ["", "app.example.com", "https://app.example.com/", "*,https://a.example", "https://a.example,"],
        ),
        (
            "OidcRedirectUris",
            ["https://app.example.com/auth/google?a=1", "https://a.example/, app.example:/back,http://localhost:3000/"],
            ["app.example.com", "https://app.example.com/,", "https://app.example.com/ x", "https://", "a b:/"],
        ),
        (
            "TutorEmailDomains",
            ["@stud.prz.edu.pl,@prz.EDU.pl", ".edu.pl"],
            ["", "@a.pl;@b.pl", "@a.pl,", "prz.edu.pl", "@a.pl, b.pl"],
        ),
    ],
)
def test_a_list_parameter_accepts_comma_separated_values(name: str, good: list[str], bad: list[str]) -> None:
    assert_takes(name, good, bad)


def assert_takes(name: str, good: list[str], bad: list[str]) -> None:
    parameter = template()["Parameters"][name]
    assert [each for each in (parameter["Default"], *good) if not re.fullmatch(parameter["AllowedPattern"], each)] == []
    assert [each for each in bad if re.fullmatch(parameter["AllowedPattern"], each)] == []
