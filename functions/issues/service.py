"""Reporting and answering issues, and the errors this raises."""

from uuid import UUID

from functions.issues import repository
from functions.issues.repository import LockedIssue
from functions.issues.schemas import NewIssue
from shared.data.staff_actions import Action, Grounds, record_action
from shared.domain.auth import AccountGone, Caller, keep_account
from shared.domain.limits import ISSUE_ANSWERS, ISSUES
from shared.domain.notifications import NotificationDraft, add_notifications, push_notifications
from shared.kit.db.transactions import transaction
from shared.kit.errors import AppError, NotFound
from shared.kit.security.rate_limits import spend
from shared.texts import DEFAULT_LANGUAGE, texts

# Open issues per account, and answers per issue.
MAX_OPEN = 20
MAX_ANSWERS = 100


class IssueNotFound(NotFound):
    """There is no such issue that you may see."""


class TooManyIssues(AppError):
    """Too many of your issues are open: wait for answers."""

    status = 409
    code = "too_many_issues"
    detail = "Masz już zbyt wiele otwartych zgłoszeń. Poczekaj na odpowiedzi."


class IssueClosed(AppError):
    """The issue accepts no more answers: it is closed, or has the maximum number. Report another one."""

    status = 409
    code = "issue_closed"
    detail = "To zgłoszenie jest zamknięte. Utwórz nowe."


def report_issue(user_id: UUID, new: NewIssue) -> str:
    """Add an issue; returns it as JSON text. Raises TooManyIssues, AccountGone or Throttled."""
    spend(ISSUES, str(user_id))
    with transaction() as db:
        if not repository.lock_reporter(db, user_id):
            raise AccountGone
        if repository.count_open(db, user_id) >= MAX_OPEN:
            raise TooManyIssues
        return repository.add_issue(db, user_id, new.model_dump())


def answer_issue(caller: Caller, issue_id: UUID, body: str) -> str:
    """Add an answer; returns it as JSON text.

    Sets the issue in progress if staff answer a new one or the reporter answers a resolved one.

    Raises AccountGone, IssueNotFound, IssueClosed or Throttled.
    """
    spend(ISSUE_ANSWERS, str(caller.id))
    with transaction() as db:
        keep_account(db, caller.id)
        issue = repository.lock_issue(db, issue_id, caller.id, is_staff=caller.is_staff)
        if issue is None:
            raise IssueNotFound
        if issue.status == "closed" or issue.answers >= MAX_ANSWERS:
            raise IssueClosed
        answer = repository.add_answer(db, issue_id, caller.id, body)
        is_reporter = issue.reported_by == caller.id
        if not is_reporter:
            record_action(db, "answer_issue", issue.reported_by, Grounds(caller.id, subject=f"issue {issue_id}"))
        if issue.status == ("resolved" if is_reporter else "new"):
            repository.set_status(db, issue_id, "in_progress")
        added = [] if is_reporter else add_notifications(db, [_draft(issue_id, issue)])
    push_notifications(added)
    return answer


def _draft(issue_id: UUID, issue: LockedIssue) -> NotificationDraft:
    language = "en" if issue.language == "en" else DEFAULT_LANGUAGE
    message = texts(language)["issue_answered"].format(title=issue.title)
    return NotificationDraft(str(issue.reported_by), "issue_answered", message, {"issue": str(issue_id)})


ACTIONS: dict[str, Action] = {
    "new": "reopen_issue",
    "in_progress": "start_issue",
    "resolved": "resolve_issue",
    "closed": "close_issue",
}


def set_status(staff_id: UUID, issue_id: UUID, status: str, reason: str) -> str:
    """Set the status of an issue; returns the issue as JSON text. Raises IssueNotFound."""
    with transaction() as db:
        issue = repository.lock_issue(db, issue_id, staff_id, is_staff=True)
        if issue is None:
            raise IssueNotFound
        record_action(db, ACTIONS[status], issue.reported_by, Grounds(staff_id, reason, f"issue {issue_id}"))
        return repository.set_status(db, issue_id, status)
