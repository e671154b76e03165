"""Texts without a visible character."""

CHARACTERS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u202e\u2060\u2064\u2800\u3164\ufe0f\ufeff\uffa0\ufff9"
    "\u0001\u001b\u007f\u0085\U0001d159\U0001d173\U000e0001\U000e0020\U000e0100"
)
INVISIBLE_TEXTS = [*CHARACTERS, "\u200b \u3164\n\ufeff\t\u2800", " \u200d\ufe0f ", "\u3164" * 100]
