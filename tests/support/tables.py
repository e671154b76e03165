"""The contents of the database, to check that nothing has changed."""

from shared.models import Base
from tests.support.people import query


def rows() -> dict[str, str]:
    """All rows by table."""
    parts = [f"SELECT '{name}', coalesce(json_agg(t), '[]')::text FROM {name} t" for name in Base.metadata.tables]
    return dict(query(" UNION ALL ".join(parts)))
