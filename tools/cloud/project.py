"""Where the project and its main template are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
