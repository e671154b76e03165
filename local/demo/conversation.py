"""The conversation of the two demo accounts."""

from local.demo.accounts import STUDENT, TUTOR

# The author, minutes ago, and the text.
MESSAGES = (
    (STUDENT, 2890, "Dzień dobry! Szukam pomocy z fizyki przed maturą. Czy ma Pan wolne terminy?"),
    (TUTOR, 2871, "Dzień dobry, pani Olu! Mam miejsce we wtorki i czwartki po 17. Poziom podstawowy czy rozszerzony?"),
    (STUDENT, 2866, "Rozszerzony. Najgorzej idzie mi elektryczność i zadania z fotokomórką 🙈"),
    (TUTOR, 2860, "To jak większości, bez obaw. Zaczniemy od obwodów i zadań z arkuszy z 2023 roku."),
    (STUDENT, 1412, "Rozwiązałam pierwsze pięć, w szóstym nie wiem, skąd wziąć pracę wyjścia."),
    (TUTOR, 1405, "Z wykresu: to punkt przecięcia z osią częstotliwości, pomnożony przez stałą Plancka."),
    (STUDENT, 1398, "Aaa, teraz rozumiem! To do czwartku, dziękuję!"),
    (TUTOR, 1396, "Do czwartku! Proszę wziąć kalkulator i kartę wzorów."),
)
