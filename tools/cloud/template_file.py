"""CloudFormation templates as data, with intrinsic functions in their long form."""

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode


class Constructor(SafeConstructor):
    """Constructs the tags of intrinsic functions."""

    def construct_function(self, name: str, node: Node) -> dict[str, Any]:
        if isinstance(node, MappingNode):
            value: Any = self.construct_mapping(node, deep=True)
        elif isinstance(node, SequenceNode):
            value = self.construct_sequence(node, deep=True)
        else:
            value = self.construct_scalar(node)
        if name == "GetAtt" and isinstance(value, str):
            value = value.split(".", 1)
        return {name if name in {"Ref", "Condition"} else f"Fn::{name}": value}


Constructor.add_multi_constructor("!", Constructor.construct_function)


@cache
def load_template(path: Path) -> Any:
    """A template as data; !Ref X is {"Ref": "X"}, !GetAtt A.B is {"Fn::GetAtt": ["A", "B"]} and so on."""
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = Constructor
    return reader.load(path)
