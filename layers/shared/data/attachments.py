"""Columns of attachments, as statements of several features select them."""

from shared.kit.db.query import Sql, compose

# The fields of shared.domain.attachments.Attachment, from a row `a` of attachments.
FACTS = Sql(
    "json_build_array(a.id, a.name, a.content_type, a.size, a.width, a.height, a.has_thumbnail,"
    " floor(extract(epoch FROM a.created_at))::bigint)"
)


def attachments_of(message_id: Sql) -> Sql:
    """A message's attachments as JSON text, NULL if it has none. Attachments of a deleted account are left out."""
    return compose(
        "(SELECT json_agg({facts} ORDER BY a.place)::text FROM attachments a"
        " WHERE a.message_id = {message_id} AND a.removed_at IS NULL AND a.created_by IS NOT NULL)",
        facts=FACTS,
        message_id=message_id,
    )


def attachment_names(message_id: Sql) -> Sql:
    """SQL for the names of a message's attachments on one line, NULL if it has none."""
    return compose(
        "(SELECT string_agg(a.name, ', ' ORDER BY a.place) FROM attachments a"
        " WHERE a.message_id = {message_id} AND a.removed_at IS NULL AND a.created_by IS NOT NULL)",
        message_id=message_id,
    )


# For a row `m` of messages.
OF_MESSAGE = attachments_of(Sql("m.id"))
