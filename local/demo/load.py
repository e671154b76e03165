"""Loads the demo data."""


def load_demo_data() -> None:
    pass
