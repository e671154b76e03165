"""Polish texts of errors, where the text in the code is English or names Python types."""

from shared.texts.json_types import of_types

ERRORS = {
    "JSON parse error - {}": "Treść żądania nie jest poprawnym JSON-em.",
    "JSON parse error - {}: line {} column {} (char {})": "Treść żądania nie jest poprawnym JSON-em (wiersz {1},"
    " kolumna {2}).",
    "Multipart form parse error - {}": "Nie można odczytać formularza.",
    "Not a valid string.": "To pole musi być tekstem.",
    "Must be a valid boolean.": "To pole musi mieć wartość true albo false.",
    "Must be a valid UUID.": "To pole musi być identyfikatorem UUID.",
    "Datetime value out of range.": "Data z czasem jest poza zakresem.",
    "No data provided": "Treść żądania jest pusta.",
    "Surrogate characters are not allowed: {}.": "Znaki zastępcze są niedozwolone: {}.",
    "Rating must be between 1 and 5": "Ocena musi być liczbą od 1 do 5.",
    **of_types(
        "Oczekiwano obiektu, otrzymano: {}.",
        "Oczekiwano listy, otrzymano: {}.",
        {
            "str": "tekst",
            "int": "liczba",
            "float": "liczba",
            "bool": "true albo false",
            "list": "lista",
            "dict": "obiekt",
            "NoneType": "null",
        },
    ),
}
