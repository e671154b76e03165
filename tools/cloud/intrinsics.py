"""CloudFormation's intrinsic functions and conditions, as far as the template uses them.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

REGION, ACCOUNT = "eu-central-1", "123456789012"
PSEUDO = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "tutoring",
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/tutoring/0a1b2c3d-0000-4000-8000-000000000000",
}
SECRET = re.compile(r"\{\{resolve:secretsmanager:([^}]+)\}\}")
ARN_PARTS = 7


class Resolver:
    """Replaces intrinsic functions by their values.

    `known` maps "Id", "Id.Attribute" and parameters of a deployment to values; `secrets` maps ARNs to the texts of
    secrets.
    """

    def __init__(self, document: Mapping[str, Any], known: dict[str, str], secrets: Mapping[str, str]) -> None:
        self.known, self.secrets = known, secrets
        self.conditions: Mapping[str, Any] = document.get("Conditions", {})
        self.mappings: Mapping[str, Any] = document.get("Mappings", {})
        parameters = document.get("Parameters", {})
        self.parameters = {name: str(each["Default"]) for name, each in parameters.items() if "Default" in each}
        self.functions: Mapping[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._attribute,
            "Fn::Sub": self._substituted,
            "Fn::Join": lambda value: str(value[0]).join(str(self.resolve(each)) for each in value[1]),
            "Fn::If": lambda value: self.resolve(value[1 if self.holds(value[0]) else 2]),
            "Fn::Select": lambda value: self.resolve(value[1])[int(value[0])],
            "Fn::Split": lambda value: str(self.resolve(value[1])).split(value[0]),
            "Fn::FindInMap": self._mapped,
        }
        self._operators: Mapping[str, Callable[[Any], bool]] = {
            "Condition": self.holds,
            "Fn::Equals": self._equals,
            "Fn::Not": lambda value: not self.holds(value[0]),
            "Fn::And": lambda value: all(map(self.holds, value)),
            "Fn::Or": lambda value: any(map(self.holds, value)),
        }

    def resolve(self, value: Any) -> Any:
        """A value with its functions resolved. Raises KeyError for names unknown to template and deployment."""
        if isinstance(value, Mapping):
            if len(value) == 1 and (function := self.functions.get(next(iter(value)))):
                return function(next(iter(value.values())))
            return {name: self.resolve(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.resolve(inner) for inner in value]
        return self._with_secrets(value) if isinstance(value, str) else value

    def holds(self, condition: Any) -> bool:
        """Whether a condition (its name or expression) is true; a missing condition is."""
        if condition is None:
            return True
        if isinstance(condition, str):
            return self.holds(self.conditions[condition])
        [(kind, value)] = condition.items()
        return self._operators[kind](value)

    def _equals(self, value: Any) -> bool:
        one, other = map(str, map(self.resolve, value))
        return one == other

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return ""
        return (PSEUDO | self.parameters | self.known)[name]

    def _attribute(self, value: Any) -> str:
        return self.known[value if isinstance(value, str) else ".".join(value)]

    def _substituted(self, value: Any) -> str:
        text, given = value if isinstance(value, list) else (value, {})

        def put(found: re.Match[str]) -> str:
            name = found[1]
            if name in given:
                return str(self.resolve(given[name]))
            return str(self._attribute(name) if "." in name else self._ref(name))

        return str(self._with_secrets(re.sub(r"\$\{([\w.:]+)\}", put, text)))

    def _mapped(self, value: Any) -> Any:
        name, first, second = map(self.resolve, value)
        return self.mappings[name][first][second]

    def _with_secrets(self, text: str) -> str:
        return SECRET.sub(lambda found: self._secret(found[1]), text)

    def _secret(self, reference: str) -> str:
        """The secret of a dynamic reference, or a field of it: arn[:SecretString[:field[:stage[:version]]]]."""
        parts = reference.split(":")
        text = self.secrets[":".join(parts[:ARN_PARTS])]
        field = parts[ARN_PARTS + 1] if len(parts) > ARN_PARTS + 1 else ""
        return str(json.loads(text)[field]) if field else text
