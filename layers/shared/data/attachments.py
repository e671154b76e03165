"""Attachments as statements of several features select them."""

from shared.kit.db.query import Sql, compose

# The fields of shared.domain.attachments.Attachment, of a row `a` of attachments.
FACTS = Sql(
    "json_build_array(a.id, a.name, a.content_type, a.size, a.width, a.height, a.has_thumbnail,"
    " floor(extract(epoch FROM a.created_at))::bigint)"
)
# Of a row `m` of messages, as a JSON text; NULL if it has none. Those of an account that is gone are gone with it.
OF_MESSAGE = compose(
    "(SELECT json_agg({facts} ORDER BY a.place)::text FROM attachments a"
    " WHERE a.message_id = m.id AND a.removed_at IS NULL AND a.created_by IS NOT NULL)",
    facts=FACTS,
)
