"""Why a conversation cannot be opened or found."""

from typing import Any

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
    """There is no such account, or it is not confirmed."""

    body: Any = {"users": ["Użytkownicy muszą istnieć."]}

    def __init__(self) -> None:
        super().__init__(PartnerNotFound.body)


class ConversationNotFound(NotFound):
    """The caller has no conversation with that person."""

    body: Any = {"detail": "Brak konwersacji"}


class OwnAccount(AppError):
    """The account is your own."""

    code = "own_account"
    detail = "To jest Twoje własne konto."
