"""The names of JSON types in errors: the contract records Python's, which our own endpoints do not expose."""

from collections.abc import Mapping

# The form of `shared.kit.http.fields.not_a`.
NOT_AN_OBJECT = "Niepoprawne dane. Oczekiwano słownika, otrzymano  {}."
NOT_A_LIST = 'Oczekiwano listy elementów, a otrzymano dane typu "{}".'


def of_types(object_expected: str, list_expected: str, names: Mapping[str, str]) -> dict[str, str]:
    """Both complaints, for every type."""
    pairs = ((NOT_AN_OBJECT, object_expected), (NOT_A_LIST, list_expected))
    return {recorded.format(python): own.format(word) for recorded, own in pairs for python, word in names.items()}
