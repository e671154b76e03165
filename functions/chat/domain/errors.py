"""Errors of opening or finding a conversation."""

from typing import Any

from functions.chat.domain.messages import CHANGEABLE_MINUTES, MAX_REACTIONS
from shared.kit.errors import AppError, FieldErrors, NotFound


class ConversationWithOneself(FieldErrors):
    """A conversation needs two different people."""

    body: Any = {"users": ["Rozmowa musi mieć dwóch różnych użytkowników."]}

    def __init__(self) -> None:
        super().__init__(ConversationWithOneself.body)


class UnreadablePartner(FieldErrors):
    """The partner has no readable id; raised by the model of the body."""

    body: Any = {"users": [{"id": ["Must be a valid UUID."]}, {}]}


class PartnerNotFound(FieldErrors):
    """There is no such account, or it is not confirmed, or suspended."""

    body: Any = {"users": ["Użytkownicy muszą istnieć."]}

    def __init__(self) -> None:
        super().__init__(PartnerNotFound.body)


class ConversationNotFound(NotFound):
    """The caller has no conversation with that person."""

    body: Any = {"detail": "Brak konwersacji"}


class MessageNotFound(AppError):
    """There is no such message, or the caller is not a member of its conversation."""

    status = 404
    code = "message_not_found"
    detail = "Nie ma takiej wiadomości."


class NotYourMessage(AppError):
    """Only its author edits a message."""

    status = 403
    code = "not_your_message"
    detail = "To nie jest Twoja wiadomość."


class TooLateToChange(AppError):
    """The message can no longer be edited."""

    status = 409
    code = "too_late_to_change"
    detail = f"Wiadomość można zmienić przez {CHANGEABLE_MINUTES} minut od wysłania."


class MessageDeleted(AppError):
    """The message was deleted."""

    status = 409
    code = "message_deleted"
    detail = "Wiadomość została usunięta."


class TooManyReactions(AppError):
    """The caller already has the maximum number of emojis on the message."""

    status = 409
    code = "too_many_reactions"
    detail = f"Do wiadomości możesz dodać najwyżej {MAX_REACTIONS} reakcji."


class OwnAccount(AppError):
    """The account is your own."""

    code = "own_account"
    detail = "To jest Twoje własne konto."


class NoConversation(AppError):
    """There is no such conversation, or the caller is not a member."""

    status = 404
    code = "no_conversation"
    detail = "Nie ma takiej rozmowy."


class OwnMessage(AppError):
    """You wrote the message yourself."""

    status = 409
    code = "own_message"
    detail = "To jest Twoja własna wiadomość."


class AlreadyDecided(AppError):
    """The report was already decided on."""

    status = 409
    code = "already_decided"
    detail = "To zgłoszenie zostało już rozpatrzone."


class NothingToHide(AppError):
    """The report is about a person, not about a message."""

    status = 409
    code = "nothing_to_hide"
    detail = "To zgłoszenie nie dotyczy wiadomości."


class SenderBlocked(AppError):
    """One of the two has blocked the other."""

    status = 403
    code = "blocked"
    detail = "Nie możecie do siebie pisać."


class TooManyUnanswered(AppError):
    """The caller must wait for a reply: the other person has never written in the conversation."""

    status = 429
    code = "throttled"
    detail = "Zanim napiszesz więcej, poczekaj na odpowiedź."


class AttachmentUnavailable(AppError):
    """An attachment was not checked, no longer exists, or belongs to another message."""

    status = 409
    code = "attachment_unavailable"
    detail = "Załącznika nie można wysłać."
