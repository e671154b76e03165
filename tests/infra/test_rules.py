"""Contradictory parameters fail before anything is created, by CloudFormation's rules."""

from collections.abc import Iterator

import pytest

from tests.support.templates import template
from tools.cloud.intrinsics import Resolver

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1"
PROVIDER = {"OidcIssuer": "https://accounts.google.com", "OidcClientId": "us", "OidcRedirectUris": "https://a.example/"}


def broken(**parameters: str) -> Iterator[str]:
    """The rules that fail for a deploy with these parameters, and defaults for the others."""
    values = Resolver(template(), parameters, {})
    for name, rule in template()["Rules"].items():
        if values.holds(rule["RuleCondition"]):
            yield from (name for each in rule["Assertions"] if not values.holds(each["Assert"]))


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"Domain": "korepetycje.example", "CertificateArn": CERTIFICATE, "HostedZoneId": "Z1"},
        {"MailDomain": "korepetycje.example", "MailFrom": "Korepetycje <no-reply@korepetycje.example>"},
        # A sender that SES already has.
        {"MailFrom": "Korepetycje <no-reply@korepetycje.example>"},
        {"MonthlyBudget": "150", "AlarmEmail": "ola@korepetycje.example"},
        {"ChatProvisionedConcurrency": "2", "ChatConcurrency": "60"},
        PROVIDER,
        PROVIDER | {"OidcSecretArn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:1"},
    ],
)
def test_sensible_combinations_are_accepted(parameters: dict[str, str]) -> None:
    assert list(broken(**parameters)) == []


@pytest.mark.parametrize(
    ("parameters", "rule"),
    [
        ({"Domain": "korepetycje.example"}, "DomainNeedsCertificate"),
        ({"HostedZoneId": "Z1"}, "ZoneNeedsDomain"),
        ({"MailDomain": "korepetycje.example"}, "SenderNeedsItsDomain"),
        (
            {"MailFrom": "Korepetycje <no-reply@korepetycje.example>", "MailDomainIdentity": "existing"},
            "ExistingIdentityIsOfADomain",
        ),
        ({"MonthlyBudget": "150"}, "BudgetNeedsReader"),
        ({"ChatProvisionedConcurrency": "2"}, "WarmExecutionsAreReserved"),
        *((PROVIDER | {name: ""}, "ProviderIsWhole") for name in PROVIDER),
        ({"OidcSecretArn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:1"}, "ProviderIsWhole"),
    ],
)
def test_contradictory_combinations_are_refused(parameters: dict[str, str], rule: str) -> None:
    assert set(broken(**parameters)) == {rule}


def test_a_rule_explains_what_to_do() -> None:
    said = [each["AssertDescription"] for rule in template()["Rules"].values() for each in rule["Assertions"]]
    assert all(each.endswith(".") for each in said)
