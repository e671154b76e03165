"""What happens when a factor of any kind takes effect."""

from dataclasses import dataclass
from uuid import UUID

from functions.second_factors.data import factors as data
from functions.second_factors.domain.recovery_codes import code_hash, new_codes
from shared.domain.outbox import Kind, queue_mail, trigger_mailer
from shared.domain.sign_in_sessions import close_sockets, end_sessions
from shared.kit.db.pool import PooledConnection


@dataclass(frozen=True, slots=True)
class Added:
    """Recovery codes if it is the account's first factor, and what to do after the commit."""

    recovery_codes: list[str]
    sockets: list[str]
    mail_id: int

    def follow(self) -> list[str]:
        """Close the sockets and trigger the mailer; returns the recovery codes."""
        close_sockets(self.sockets)
        trigger_mailer(self.mail_id)
        return self.recovery_codes


def let_count(db: PooledConnection, user_id: UUID, email: str, mail: Kind, *, but: UUID | None) -> Added:
    """Notify the owner of a new factor. If it is the first, sign out all devices except the session `but`."""
    mail_id = queue_mail(db, mail, email)
    if not data.turn_on(db, user_id):
        return Added([], [], mail_id)
    codes = replace_codes(db, user_id)
    _ended, sockets = end_sessions(db, user_id, but=but)
    if but is not None:
        data.note_check(db, but)
    return Added(codes, sockets, mail_id)


def replace_codes(db: PooledConnection, user_id: UUID) -> list[str]:
    """Replace the recovery codes; returns the new ones."""
    codes = new_codes()
    data.replace_recovery_codes(db, user_id, [code_hash(user_id, each) for each in codes])
    return codes
