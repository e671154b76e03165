"""The nested stacks fit together."""

import json
import re
from typing import Any

import pytest

from tests.support.templates import STACKS, environment, functions, resources, template
from tools.cloud.project import ROOT, TEMPLATE

STACK = "AWS::CloudFormation::Stack"
DATA = ROOT / "infra" / "stacks" / "data.yaml"
ALARMS = ROOT / "infra" / "stacks" / "alarms.yaml"


def test_every_stack_is_part_of_the_platform() -> None:
    assert sorted(ROOT / each["TemplateURL"] for each in resources(STACK).values()) == STACKS


@pytest.mark.parametrize("name", sorted(resources(STACK)))
def test_a_stack_is_passed_exactly_its_parameters(name: str) -> None:
    given = resources(STACK)[name]
    assert given["Parameters"].keys() == template(ROOT / given["TemplateURL"])["Parameters"].keys()


def test_referenced_outputs_exist() -> None:
    text = TEMPLATE.read_text()
    asked = set(re.findall(r"\b(\w+)\.Outputs\.(\w+)", text))
    given = {
        (name, output)
        for name, stack in resources(STACK).items()
        for output in template(ROOT / stack["TemplateURL"]).get("Outputs", {})
    }
    assert asked <= given
    assert {(name, output) for name, output in given - asked if name != "Alarms"} == set(), "these are not used"


def test_every_parameter_is_used_and_described_in_the_interface() -> None:
    interface: Any = template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in interface for name in group["Parameters"]]
    assert sorted(grouped) == sorted(template()["Parameters"])
    for path in (TEMPLATE, *STACKS):
        text = path.read_text()
        for name in template(path).get("Parameters", {}):
            assert re.search(rf"!Ref {name}\b|\$\{{{name}\}}", text), f"{path.name}: {name} is not used"


def test_a_failed_first_deploy_can_roll_back() -> None:
    """Nothing that it created is retained or protected; later, everything that holds data is."""
    assert template()["Parameters"]["ProtectDatabase"]["Default"] == "no"
    [database] = resources("AWS::RDS::DBCluster", DATA).values()
    assert database["DeletionProtection"] == {"Fn::If": ["IsProtected", True, False]}
    policies = [
        each["DeletionPolicy"]
        for path in (TEMPLATE, *STACKS)
        for each in template(path)["Resources"].values()
        if each["Type"] in {"AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SecretsManager::Secret"}
    ]
    assert policies == ["RetainExceptOnCreate"] * 10


def test_only_a_deploy_changes_the_release_of_the_database() -> None:
    instances = resources("AWS::RDS::DBInstance", DATA).values()
    assert [each["AutoMinorVersionUpgrade"] for each in instances] == [False] * 2
    major = template()["Parameters"]["DatabaseEngineVersion"]["Default"].split(".")[0]
    [parameters] = resources("AWS::RDS::DBClusterParameterGroup", DATA).values()
    assert parameters["Family"] == f"aurora-postgresql{major}"


def test_every_log_group_expires_and_those_written_by_aws_have_its_prefix() -> None:
    groups = [each for path in (TEMPLATE, *STACKS) for each in resources("AWS::Logs::LogGroup", path).values()]
    assert all(each["RetentionInDays"] == 30 for each in groups)
    [http] = resources("AWS::Serverless::HttpApi").values()
    vended = resources("AWS::Logs::LogGroup")[http["AccessLogSettings"]["DestinationArn"]["Fn::GetAtt"][0]]
    assert vended["LogGroupName"]["Fn::Sub"].startswith("/aws/vendedlogs/")


def test_the_log_group_of_the_database_expires() -> None:
    """RDS uses an existing group, and creates one without expiry if there is none when an instance first writes."""
    groups = {name: each["LogGroupName"]["Fn::Sub"] for name, each in resources("AWS::Logs::LogGroup", DATA).items()}
    assert groups == {"DatabaseLogs": "/aws/rds/cluster/${Database}/postgresql", "ProxyLogs": "/aws/rds/proxy/${Name}"}
    waits = {name: each.get("DependsOn") for name, each in template(DATA)["Resources"].items()}
    assert [waits[name] for name in ("DatabaseWriter", "DatabaseReader", "Proxy")] == [
        "DatabaseLogs",
        "DatabaseWriter",
        "ProxyLogs",
    ]


def test_mails_are_sent_from_the_domain_to_any_identity_of_the_sandbox() -> None:
    """In the sandbox, SES also requires permission for the recipient's identity."""
    [statement] = resources("AWS::IAM::ManagedPolicy")["SendsMail"]["PolicyDocument"]["Statement"]
    used, identities = (each["Fn::Sub"] for each in statement["Resource"])
    assert used.endswith(":configuration-set/${MailConfiguration}")
    assert identities.endswith(":identity/*")
    [addresses] = statement["Condition"]["StringLike"].values()
    assert addresses == {"Fn::If": ["HasMailDomain", {"Fn::Sub": "*@${MailDomain}"}, "*"]}


def test_addresses_that_bounce_or_complain_get_no_more_mails() -> None:
    [configuration] = resources("AWS::SES::ConfigurationSet").values()
    assert configuration["SuppressionOptions"] == {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
    assert environment("MailFunction")["MAIL_CONFIGURATION_SET"] == {"Ref": "MailConfiguration"}


def test_bounces_and_complaints_go_to_the_mail_queue() -> None:
    [events] = resources("AWS::SES::ConfigurationSetEventDestination").values()
    assert events["ConfigurationSetName"] == {"Ref": "MailConfiguration"}
    assert events["EventDestination"]["MatchingEventTypes"] == ["bounce", "complaint"]
    [rule] = resources("AWS::Events::Rule").values()
    assert rule["EventPattern"]["detail"]["mail"] == {"tags": {"ses:configuration-set": [{"Ref": "MailConfiguration"}]}}
    assert [each["Arn"] for each in rule["Targets"]] == [{"Fn::GetAtt": ["MailQueue", "Arn"]}]
    [policy] = resources("AWS::SQS::QueuePolicy").values()
    [allowed] = policy["PolicyDocument"]["Statement"]
    assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["MailBounceRule", "Arn"]}}}


def test_a_second_stage_needs_no_mail_identity_of_its_own() -> None:
    assert template()["Resources"]["MailIdentity"]["Condition"] == "MakesMailIdentity"
    assert template()["Outputs"]["MailRecords"]["Condition"] == "MakesMailIdentity"
    assert template()["Conditions"]["MakesMailIdentity"] == {
        "Fn::And": [{"Condition": "HasMailDomain"}, {"Fn::Equals": [{"Ref": "MailDomainIdentity"}, "own"]}]
    }


def going(calls: list[float | None]) -> list[float | None]:
    """CloudWatch's FILL(calls, 0) * FILL(calls, REPEAT): nothing before the first call."""
    made, last = [], None
    for each in calls:
        last = each if each is not None else last
        made.append(None if last is None else (each or 0) * last)
    return made


def test_the_alarm_of_the_schedule_is_quiet_until_the_first_call() -> None:
    alarm = resources("AWS::CloudWatch::Alarm", ALARMS)["ScheduleStopped"]
    assert alarm["Metrics"][0]["Expression"] == "FILL(calls, 0) * FILL(calls, REPEAT)"
    assert alarm["TreatMissingData"] == "missing"

    def rings(calls: list[float | None]) -> bool:
        known = [each for each in going(calls) if each is not None][-alarm["EvaluationPeriods"] :]
        return bool(sum(each < alarm["Threshold"] for each in known) >= alarm["DatapointsToAlarm"])

    assert [rings([None] * 9), rings([None] * 8 + [1]), rings([1] * 9)] == [False] * 3
    assert [rings([1] * 5 + [None] * 4), rings([1] * 4 + [None] * 5)] == [False, True]


def test_gateway_logs_contain_no_query() -> None:
    [http] = resources("AWS::Serverless::HttpApi").values()
    [stage] = resources("AWS::ApiGatewayV2::Stage").values()
    _, sockets, _ = stage["AccessLogSettings"]["Fn::If"]
    for settings in (http["AccessLogSettings"], sockets):
        variables = set(re.findall(r"\$context\.([\w.]+)", settings["Format"]))
        assert {"routeKey", "status"} <= variables
        assert not {name for name in variables if re.search("path|query|header|authorizer", name, re.IGNORECASE)}
        assert resources("AWS::Logs::LogGroup")[settings["DestinationArn"]["Fn::GetAtt"][0]]


def test_no_route_has_its_own_metrics() -> None:
    """CloudWatch bills six metrics per route, and nothing here reads them."""
    assert "DetailedMetricsEnabled" not in TEMPLATE.read_text()


# Resources whose names an account shares among all regions.
GLOBAL = (
    "AWS::Budgets::Budget",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudWatch::Dashboard",
    "AWS::IAM::Role",
)


def test_global_resources_have_the_region_in_their_name() -> None:
    found = 0
    for path in (TEMPLATE, *STACKS):
        for kind in GLOBAL:
            for name, each in resources(kind, path).items():
                settings = (
                    each.get("OriginAccessControlConfig") or each.get("CachePolicyConfig") or each.get("Budget") or each
                )
                keys = ("Name", "BudgetName", "DashboardName", "RoleName")
                named = next((settings[key] for key in keys if key in settings), None)
                assert named is None or "${Name}-${AWS::Region}" in named["Fn::Sub"], name
                found += named is not None
    assert found == 10


def test_the_dashboard_shows_every_function() -> None:
    [dashboard] = resources("AWS::CloudWatch::Dashboard", ALARMS).values()
    assert "SEARCH(" not in dashboard["DashboardBody"]["Fn::Sub"], "quotes and hyphens have a special meaning there"
    widgets = json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]
    made = {each["FunctionName"]["Fn::Sub"].removeprefix("${AWS::StackName}-") for each in functions().values()}
    shown = [
        {line[-1].removeprefix("${Name}-") for line in widget["properties"]["metrics"]}
        for widget in widgets
        if widget["properties"]["title"] in {"Functions: p99 in ms", "Functions: concurrent executions"}
    ]
    assert shown == [made, made]


def test_alarms_name_existing_functions() -> None:
    alarms = ALARMS.read_text()
    named = set(re.findall(r'Name: FunctionName, Value: !Sub "\$\{Name\}-([\w-]+)"', alarms))
    made = {
        each["FunctionName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
        for each in resources("AWS::Serverless::Function").values()
    }
    assert named <= made


# Silent failures: the namespace and the name of the metric.
WATCHED = {
    ("AWS/ApiGateway", "5xx"),
    ("AWS/ApiGateway", "ExecutionError"),
    ("AWS/ApiGateway", "IntegrationError"),
    ("AWS/ElastiCache", "ThrottledCmds"),
    ("AWS/Lambda", "Errors"),
    ("AWS/Lambda", "Invocations"),
    ("AWS/Lambda", "Throttles"),
    ("AWS/NATGateway", "ErrorPortAllocation"),
    ("AWS/RDS", "CPUUtilization"),
    ("AWS/RDS", "DatabaseConnections"),
    ("AWS/RDS", "FreeLocalStorage"),
    ("AWS/RDS", "VolumeBytesUsed"),
    ("AWS/SES", "Reject"),
    ("AWS/SES", "Reputation.BounceRate"),
    ("AWS/SES", "Reputation.ComplaintRate"),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
}


def metrics(alarm: Any) -> set[tuple[str, str]]:
    stats = [alarm, *(each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each)]
    return {(each["Namespace"], each["MetricName"]) for each in stats if isinstance(each.get("Namespace"), str)}


def test_every_silent_failure_has_an_alarm() -> None:
    alarms = resources("AWS::CloudWatch::Alarm", ALARMS)
    assert set().union(*map(metrics, alarms.values())) >= WATCHED
    queues = {alarms[name]["Dimensions"][0]["Value"]["Ref"] for name in ("MailStuck", "MailLate", "DispatchLate")}
    assert queues == {"MailDeadLetters", "MailQueue", "DispatchQueue"}
    assert alarms["RotationFails"]["Dimensions"][0]["Value"] == {"Fn::Sub": "${Name}-secrets"}


def test_a_budget_warns_before_it_is_used_up() -> None:
    [budget] = resources("AWS::Budgets::Budget", ALARMS).values()
    assert budget["Budget"]["BudgetLimit"]["Amount"] == {"Ref": "MonthlyBudget"}
    told = [each["Notification"] for each in budget["NotificationsWithSubscribers"]]
    assert [(each["NotificationType"], each["Threshold"]) for each in told] == [("ACTUAL", 80), ("FORECASTED", 100)]


def test_the_outputs_contain_the_dns_records_that_authenticate_mails() -> None:
    """The outputs name the records: DKIM signatures, the return path, and the policy for forged mails."""
    outputs = template()["Outputs"]
    [identity] = resources("AWS::SES::EmailIdentity").values()
    domain = identity["MailFromAttributes"]["MailFromDomain"]["Fn::Sub"]
    returned = outputs["MailFromRecords"]["Value"]["Fn::Sub"]
    assert re.fullmatch(
        rf"({re.escape(domain)}) MX 10 feedback-smtp\.\S+\.amazonses\.com; \1 TXT \"v=spf1 include:\S+ ~all\"", returned
    )
    assert re.fullmatch(r"_dmarc\.\$\{MailDomain\} TXT \"v=DMARC1; p=\w+\"", outputs["DmarcRecord"]["Value"]["Fn::Sub"])
    assert len(outputs["MailRecords"]["Value"]["Fn::Join"][1]) == 3


def test_every_alarm_notifies() -> None:
    for name, alarm in resources("AWS::CloudWatch::Alarm", ALARMS).items():
        assert alarm["AlarmActions"] == [{"Ref": "Alarms"}], name
        assert alarm["AlarmDescription"].endswith("."), name
