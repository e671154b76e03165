"""`python -m local.staff …`: managing staff and accounts as the operator, whether or not the server is running."""

import secrets
import sys
from typing import Any

import psycopg

from functions.second_factors.data.tickets import add_enrolment
from local.database import database
from local.options import CannotStart, Options, read_options
from local.sanctions import SANCTIONS, apply
from local.staff_pages import PATH
from shared.domain.email_complaints import email_complaints
from shared.domain.platform_settings import platform_settings
from shared.kit.security.password_hashes import hash_password

USAGE = """Usage: make staff                              lists the staff
       make staff EMAIL=ola@example.com           makes an account staff
       make staff EMAIL=ola@example.com DO=revoke undoes that
       make staff EMAIL=ola@example.com DO=add    creates a staff account
       make staff EMAIL=ola@example.com DO=enrol  prints a new link for the second factor
       make staff EMAIL=ola@example.com DO=suspend REASON="Spam"           suspends the account
       make staff EMAIL=ola@example.com DO=lift REASON="A mistake"         lifts the suspension
       make staff EMAIL=ola@example.com DO=revoke-sessions REASON="Stolen" signs the owner out everywhere
       make staff EMAIL=ola@example.com DO=remove-second-factor REASON="Lost phone"
                                                  removes all second factors
DATA=, and PORT= or PUBLIC_URL= for links, as for make run"""
LIST = "SELECT email FROM users WHERE is_staff ORDER BY lower(email)"
# The last column: whether the address had been confirmed before.
GRANT = """
UPDATE users SET is_staff = true, confirmed_at = coalesce(users.confirmed_at, now())
FROM (SELECT id, confirmed_at FROM users WHERE lower(email) = lower(%(email)s) FOR UPDATE) AS before
WHERE users.id = before.id RETURNING users.email, before.confirmed_at IS NOT NULL
"""
REVOKE = """
UPDATE users SET is_staff = false
FROM (SELECT id, is_staff FROM users WHERE lower(email) = lower(%(email)s) FOR UPDATE) AS before
WHERE users.id = before.id RETURNING users.email, before.is_staff
"""
ADD = """
INSERT INTO users (email, password_hash, is_staff, confirmed_at) VALUES (%(email)s, %(password_hash)s, true, now())
ON CONFLICT (lower(email)) DO NOTHING RETURNING email
"""
RECORD = """
INSERT INTO staff_actions (action, user_id) SELECT %(action)s, id FROM users WHERE lower(email) = lower(%(email)s)
"""
FIND = "SELECT id, is_staff, second_factor_at IS NOT NULL FROM users WHERE lower(email) = lower(%(email)s)"
# Similar: at most two edits (a transposition counts as two), and most of the part before the @ the same.
NEAREST = """
SELECT email FROM users, levenshtein_less_equal(lower(email), lower(%(email)s), 2) AS slips
WHERE slips <= 2 AND slips * 2 < strpos(email, '@') - 1 ORDER BY slips, email LIMIT 1
"""
Connection = psycopg.Connection[tuple[Any, ...]]


class NotDone(Exception):
    """Nothing was changed; the text is the reason, in one line."""


def main() -> None:
    match [each.strip() for each in sys.argv[1:]]:
        case ["list"] | ["list", ""]:
            command, email, reason = "list", "", ""
        case ["grant" | "revoke" | "add" | "enrol" as command, email] if email:
            reason = ""
        case [command, email, reason] if command in SANCTIONS and email and reason:
            pass
        case words:
            sys.exit(_misuse(words) + USAGE)
    if email and email_complaints(email):
        sys.exit(f"{email} is not an e-mail address.")
    try:
        options = read_options()
        with database(options) as url:
            done = _do(options, url, command, email, reason)
            if command in {"grant", "add", "enrol"}:
                done += _enrolment(options, url, email)
            print(done if options.database_url else f"In {options.data}: {done}")
    except (CannotStart, NotDone) as reason:
        sys.exit(str(reason))
    except psycopg.Error as error:
        sys.exit(f"The database cannot be used: {str(error).splitlines()[0]}")


def _misuse(words: list[str]) -> str:
    """What is wrong with a command, on its own line if possible."""
    match words:
        case [command, *_] if command and command not in {*COMMANDS, *SANCTIONS}:
            return f"DO={command} is not one of {', '.join([*COMMANDS, *SANCTIONS])}.\n"
        case [command, email, *reason] if command in SANCTIONS and email and not any(reason):
            return f"DO={command} requires a REASON.\n"
    return ""


def _do(options: Options, url: str, command: str, email: str, reason: str) -> str:
    """Raises NotDone."""
    if command in SANCTIONS and (done := apply(options, url, command, email, reason)):
        return done
    with psycopg.connect(url) as db:
        if command in SANCTIONS:
            raise _no_account(db, email)
        return COMMANDS[command](db, email)


def list_staff(db: Connection, _email: str) -> str:
    emails = [email for (email,) in db.execute(LIST)]
    return f"{len(emails)} staff" + "".join(f"\n  {email}" for email in emails)


def grant(db: Connection, email: str) -> str:
    """Make an account staff, and its address confirmed. Raises NotDone if there is no such account."""
    known, was_confirmed = _changed(db, GRANT, email)
    db.execute(RECORD, {"action": "grant", "email": email})
    if was_confirmed:
        return f"{known} is staff."
    return f"{known} is staff. Its address was not confirmed before: somebody else may know its password."


def revoke(db: Connection, email: str) -> str:
    """Make an account an ordinary one; its open sessions lose the rights as well. Raises NotDone if there is none."""
    known, was_staff = _changed(db, REVOKE, email)
    db.execute(RECORD, {"action": "revoke", "email": email})
    return f"{known} is no longer staff." if was_staff else f"{known} was not staff."


def add(db: Connection, email: str) -> str:
    """Add a staff account. Raises NotDone if the address already has an account."""
    password = secrets.token_urlsafe(12)
    if db.execute(ADD, {"email": email, "password_hash": hash_password(password)}).fetchone() is None:
        raise NotDone(f"{email} has an account; to make it staff: make staff EMAIL={email}")
    db.execute(RECORD, {"action": "add", "email": email})
    return f"Added the staff account {email} with the password {password} (it is not shown again)."


def enrol(db: Connection, email: str) -> str:
    """Allow a staff account to enrol by a link. Raises NotDone for other accounts, and those with a second factor."""
    _user_id, is_staff, has_factor = _found(db, email)
    if not is_staff:
        raise NotDone(f"{email} is not staff; to make it staff: make staff EMAIL={email}")
    if has_factor:
        raise NotDone(f"{email} has a second factor.")
    db.execute(RECORD, {"action": "enrol", "email": email})
    return f"{email} may add a second factor."


def _enrolment(options: Options, url: str, email: str) -> str:
    """A link to add the second factor that the staff desk requires, if there is none; earlier links stop working."""
    with psycopg.connect(url) as db:
        user_id, _is_staff, has_factor = _found(db, email)
        if has_factor:
            return ""
        address = f"{platform_settings().public_url or options.origin}{PATH}enrol/#{add_enrolment(db, user_id)}"
    return f"\nThe desk requires a second factor, which this link adds, once, within a day:\n  {address}"


COMMANDS = {"list": list_staff, "grant": grant, "revoke": revoke, "add": add, "enrol": enrol}


def _found(db: Connection, email: str) -> tuple[Any, ...]:
    """Raises NotDone."""
    if found := db.execute(FIND, {"email": email}).fetchone():
        return found
    raise _no_account(db, email)


def _changed(db: Connection, statement: str, email: str) -> tuple[Any, ...]:
    """The row that a statement returns for the account with this address."""
    if changed := db.execute(statement, {"email": email}).fetchone():
        return changed
    raise _no_account(db, email)


def _no_account(db: Connection, email: str) -> NotDone:
    nearest = db.execute(NEAREST, {"email": email}).fetchone()
    suggestion = f" Is it {nearest[0]}?" if nearest else ""
    return NotDone(f"{email} has no account.{suggestion} To add one: make staff EMAIL={email} DO=add")


if __name__ == "__main__":
    main()
