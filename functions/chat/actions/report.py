"""Reporting messages and people to staff, and what staff decide."""

from uuid import UUID

from functions.chat.actions.change_messages import tell_deleted
from functions.chat.data import message_changes, reports
from functions.chat.data.reports import ReportedObject
from functions.chat.domain.changes import ChangedMessage
from functions.chat.domain.errors import (
    AlreadyDecided,
    MessageNotFound,
    NothingToHide,
    OwnAccount,
    OwnMessage,
)
from functions.chat.domain.messages import MessagePlace
from functions.chat.domain.report_commands import ReportDecision
from shared.data.staff_actions import Grounds, record_action
from shared.domain.auth import keep_account
from shared.domain.dispatcher import trigger_dispatch
from shared.domain.limits import REPORTS
from shared.domain.suspension import AccountNotFound, Consequences, suspend
from shared.kit.db.pool import PooledConnection
from shared.kit.db.transactions import run_transaction, transaction
from shared.kit.errors import NotFound
from shared.kit.psycopg import psycopg
from shared.kit.security.rate_limits import spend


def report_message(user_id: UUID, place: MessagePlace, reason: str) -> None:
    """Report a message sent to the caller, with the messages around it. Raises MessageNotFound or OwnMessage."""
    spend(REPORTS, str(user_id))
    found = message_changes.find_message(place.conversation_id, user_id, place.seq)
    if found is None:
        raise MessageNotFound
    if found.created_by == user_id:
        raise OwnMessage
    try:
        with transaction() as db:
            if not reports.add_of_message(db, user_id, place, reason):
                raise MessageNotFound
    except psycopg.errors.ForeignKeyViolation:
        raise MessageNotFound from None
    trigger_dispatch()


def report_person(user_id: UUID, person_id: UUID, reason: str) -> None:
    """Report a user, with the last messages between the two. Raises NotFound, OwnAccount or Throttled."""
    spend(REPORTS, str(user_id))
    if person_id == user_id:
        raise OwnAccount
    try:
        with transaction() as db:
            if not reports.add_of_person(db, user_id, person_id, reason):
                raise NotFound
    except psycopg.errors.ForeignKeyViolation:
        raise NotFound from None
    trigger_dispatch()


def decide(staff_id: UUID, report_id: int, decision: ReportDecision) -> None:
    """Decide on a report and on all other open reports about the same message or user.

    Raises AccountGone, NotFound, AlreadyDecided, NothingToHide or StaffAccount.
    """
    found = reports.find_object(report_id)
    if found is None:
        raise NotFound
    if decision.decision == "hide_message" and found.place is None:
        raise NothingToHide

    def run(db: PooledConnection) -> tuple[Consequences | None, ChangedMessage | None]:
        # In the order of an account deletion: the conversation, accounts, and then their reports.
        deleted = _hide(db, found) if decision.decision == "hide_message" else None
        keep_account(db, staff_id)
        done: Consequences | None = None
        grounds = Grounds(staff_id, decision.reason, f"report {report_id}")
        if decision.decision == "suspend":
            done = suspend(db, found.person_id, grounds)
        if done is None or not done.changed:
            record_action(db, decision.decision, found.person_id, grounds)
        if not reports.decide(db, report_id, staff_id, decision.decision, decision.reason):
            raise AlreadyDecided
        return done, deleted

    try:
        consequences, deleted = run_transaction(run)
    except AccountNotFound:
        raise NotFound from None
    if consequences:
        consequences.follow()
    if deleted and found.place:
        tell_deleted(found.place, deleted)


def _hide(db: PooledConnection, found: ReportedObject) -> ChangedMessage | None:
    """Delete the message as if its author had; the report keeps its copy."""
    place = found.place
    return place and message_changes.delete_any_message(db, place.conversation_id, found.person_id, place.seq)
