"""The network, deployed with moto's CloudFormation: what can reach what."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.support.templates import template
from tools.cloud.project import ROOT

pytestmark = pytest.mark.template

NETWORK = ROOT / "infra" / "stacks" / "network.yaml"
EVERYWHERE = "0.0.0.0/0"


@pytest.fixture
def ec2() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("ec2", region_name="eu-central-1")


def deploy(nat_gateways: str = "one", zones: str = "") -> dict[str, str]:
    """The outputs of the stack."""
    parameters = {"NatGateways": nat_gateways, "Zones": zones, "KeyArn": "arn:aws:kms:eu-central-1:123456789012:key/1"}
    client = boto3.client("cloudformation", region_name="eu-central-1")
    client.create_stack(
        StackName="network",
        TemplateBody=json.dumps(template(NETWORK)),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )
    [stack] = client.describe_stacks(StackName="network")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def gateways(ec2: Any) -> list[str]:
    """The NAT gateways in the route tables of the private subnets."""
    routes = [route for table in ec2.describe_route_tables()["RouteTables"] for route in table["Routes"]]
    through = [route for route in routes if route.get("NatGatewayId")]
    assert {route["DestinationCidrBlock"] for route in through} == {EVERYWHERE}
    return [route["NatGatewayId"] for route in through]


def ingress(ec2: Any, group: str) -> list[tuple[int, int, list[str], list[str]]]:
    [found] = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    return sorted(
        (
            each["FromPort"],
            each["ToPort"],
            sorted(pair["GroupId"] for pair in each["UserIdGroupPairs"]),
            [cidr["CidrIp"] for cidr in each["IpRanges"]],
        )
        for each in found["IpPermissions"]
    )


def test_private_subnets_are_in_two_zones_and_share_one_nat_gateway(ec2: Any) -> None:
    made = deploy()
    subnets = [made["PrivateSubnetA"], made["PrivateSubnetB"]]
    zones = {each["AvailabilityZone"] for each in ec2.describe_subnets(SubnetIds=subnets)["Subnets"]}
    assert len(zones) == 2
    assert len(gateways(ec2)) == 2
    assert set(gateways(ec2)) == {made["NatGateway"]}
    assert len(ec2.describe_nat_gateways()["NatGateways"]) == 1


def test_the_zones_can_be_chosen(ec2: Any) -> None:
    made = deploy(zones="eu-central-1c,eu-central-1b")
    subnets = [made["PrivateSubnetA"], made["PrivateSubnetB"]]
    found = [ec2.describe_subnets(SubnetIds=[each])["Subnets"][0]["AvailabilityZone"] for each in subnets]
    assert found == ["eu-central-1c", "eu-central-1b"]


def test_every_zone_can_have_its_own_nat_gateway(ec2: Any) -> None:
    made = deploy("one-per-zone")
    assert set(gateways(ec2)) == {made["NatGateway"], made["SecondNatGateway"]}


@pytest.mark.parametrize("zone", ["A", "B"])
def test_a_private_subnet_has_the_route_table_of_its_zone(zone: str) -> None:
    """Moto stores the route table of a subnet, but does not return it."""
    association = template(NETWORK)["Resources"][f"PrivateRoutesOf{zone}"]["Properties"]
    assert association == {
        "RouteTableId": {"Ref": f"PrivateRoutes{zone}"},
        "SubnetId": {"Ref": f"PrivateSubnet{zone}"},
    }


def test_only_functions_reach_the_database_and_the_cache_and_nothing_reaches_the_functions(ec2: Any) -> None:
    made = deploy()
    functions, database = made["FunctionsGroup"], made["DatabaseGroup"]
    assert ingress(ec2, functions) == []
    assert ingress(ec2, made["CacheGroup"]) == [(6379, 6380, [functions], [])]
    reached_by = {group for _, _, groups, _ in ingress(ec2, database) for group in groups}
    assert reached_by == {functions, database}
    assert {(first, last) for first, last, _, _ in ingress(ec2, database)} == {(5432, 5432)}
    assert all(addresses == [] for *_, addresses in ingress(ec2, database))


def test_nothing_gets_a_public_address_automatically(ec2: Any) -> None:
    made = deploy()
    subnets = ec2.describe_subnets(SubnetIds=[made["PrivateSubnetA"], made["PrivateSubnetB"]])["Subnets"]
    assert [each["MapPublicIpOnLaunch"] for each in subnets] == [False, False]
