"""Sentences of descriptions and reviews.

`<m|f>` follows the writer's gender, `[m|f]` that of the person written about. `{of}` is the subject in the
genitive, `{studies}` what is studied to teach it, `{years}` a number from 5 to 20, `{name}` a first name.
"""

# Tutors' descriptions, with matching hourly rates.
BACKGROUNDS = (
    ("Studiuję {studies} na trzecim roku.", (40, 75)),
    ("Studiuję {studies} i dobrze pamiętam, co sprawiało mi trudność w liceum.", (40, 70)),
    ("<Skończyłem|Skończyłam> {studies} i od {years} lat uczę {of}.", (70, 120)),
    ("Jestem <nauczycielem|nauczycielką> {of} z {years}-letnim stażem.", (80, 130)),
    ("Rano uczę w szkole podstawowej, popołudniami prowadzę lekcje {of}.", (60, 100)),
    ("Od {years} lat przygotowuję do egzaminów z {of}.", (80, 140)),
    ("Piszę doktorat i prowadzę zajęcia ze studentami pierwszego roku.", (90, 150)),
    ("Układam zadania na konkursy i olimpiady przedmiotowe.", (110, 180)),
    ("Przez kilka lat <mieszkałem|mieszkałam> za granicą, po powrocie <zostałem|zostałam> przy nauczaniu.", (70, 130)),
    ("<Prowadziłem|Prowadziłam> zajęcia w technikum, teraz udzielam wyłącznie korepetycji.", (70, 120)),
)
METHODS = (
    "Na pierwszej lekcji sprawdzam poziom i układam plan na cały semestr.",
    "Tłumaczę tyle razy, ile trzeba, i nigdy się nie niecierpliwię.",
    "Po każdym spotkaniu wysyłam notatki i kilka zadań do samodzielnego rozwiązania.",
    "Stawiam na rozumienie, nie na wkuwanie.",
    "Pracuję na własnych materiałach, podręcznik nie jest potrzebny.",
    "Lubię pytania, także te, których wstyd zadać w klasie.",
    "Co miesiąc robimy krótki sprawdzian, żeby było widać postępy.",
    "Z dziećmi uczymy się przez zabawę, z maturzystami rozwiązujemy arkusze na czas.",
    "Pracuję też z osobami z dysleksją i ADHD.",
    "Dopasowuję tempo do ucznia, nie do programu.",
    "Godzę naukę do sprawdzianu z nadrabianiem zaległości.",
)
# What tutors write about their terms, and the column of the offer that a sentence requires.
TERMS = (
    ("Online na wspólnej tablicy, można wracać do zapisu lekcji.", "online_sessions"),
    ("Dojeżdżam do ucznia w obrębie miasta.", "in_person_sessions"),
    ("Małe grupy do trzech osób wychodzą taniej.", "group_sessions"),
    ("Pierwsze 30 minut gratis.", None),
    ("Wolne terminy głównie po 16 i w soboty.", None),
    ("Przy dwóch lekcjach w tygodniu cena do uzgodnienia.", None),
    ("Wystawiam faktury.", None),
    ("Zajęcia odwołane dzień wcześniej nic nie kosztują.", None),
    ("Przed sprawdzianem znajdę termin nawet w niedzielę.", None),
    ("Piszcie śmiało, odpowiadam zwykle tego samego dnia.", None),
)

# Students' reviews, by stars.
REVIEWS = {
    5: (
        "[Pan|Pani] {name} tłumaczy tak, że w końcu wszystko rozumiem.",
        "Cierpliwie, konkretnie i na temat.",
        "Dzięki tym lekcjom <zdałem|zdałam> maturę lepiej, niż <zakładałem|zakładałam>.",
        "Po dwóch miesiącach ocena z {of} podskoczyła mi z dwójki na czwórkę.",
        "Zawsze [przygotowany|przygotowana], a materiały dostaję jeszcze przed zajęciami.",
        "Najlepiej wydane pieniądze w tym roku szkolnym.",
        "Świetny kontakt, można dopytać także między lekcjami.",
        "Pierwszy raz w życiu czekam na lekcje {of}.",
        "Córka sama pyta, kiedy następne zajęcia.",
        "Syn poprawił ocenę i przestał bać się sprawdzianów.",
        "Spokojna atmosfera, dużo przykładów i zero pośpiechu.",
        "Godzina mija nie wiadomo kiedy, zostaję na cały rok.",
        "Egzamin poprawkowy <zdałem|zdałam> za pierwszym podejściem, bardzo dziękuję!",
        "[Pan|Pani] {name} ma ogromną wiedzę i umie ją przekazać.",
        "<Szukałem|Szukałam> długo i wreszcie <znalazłem|znalazłam> kogoś, kto potrafi uczyć.",
    ),
    4: (
        "Bardzo dobre lekcje, choć czasem zaczynamy kilka minut później.",
        "Dużo wiedzy i dobre przykłady, tempo jak dla mnie odrobinę za szybkie.",
        "Widzę postępy, brakuje mi tylko zadań domowych.",
        "Solidnie i zgodnie z planem.",
        "Dobrze tłumaczy, przydałoby się więcej zadań maturalnych.",
        "Pomocne zajęcia, ale terminy trzeba rezerwować z wyprzedzeniem.",
        "Online działa bez problemu, wolę jednak spotkania na żywo.",
        "Jasne wyjaśnienia i miła atmosfera.",
        "Uczciwa cena, postępy też są.",
        "Przed kolokwium pomoc bezcenna.",
        "Jestem <zadowolony|zadowolona>, oceny powoli idą w górę.",
        "[Pan|Pani] {name} jest bardzo [wymagający|wymagająca], ale to działa.",
    ),
    3: (
        "Zajęcia w porządku, ale bez fajerwerków.",
        "Wiedza jest, gorzej z punktualnością.",
        "Dla ósmoklasisty dobrze, na maturę rozszerzoną trochę za mało.",
        "Dwa razy trzeba było przekładać termin, poza tym w porządku.",
        "Poprawnie, choć <liczyłem|liczyłam> na więcej ćwiczeń.",
        "Za dużo teorii, za mało zadań.",
        "Jedne lekcje świetne, inne zupełnie nieprzygotowane.",
    ),
    2: (
        "Mało praktyki, połowa lekcji to czytanie podręcznika.",
        "Trudno się umówić, odpowiedzi przychodzą po kilku dniach.",
        "<Spodziewałem|Spodziewałam> się lepszego przygotowania.",
        "Tempo zupełnie nie dla mnie.",
        "Za tę cenę <oczekiwałem|oczekiwałam> więcej.",
    ),
    1: (
        "Lekcja odwołana w ostatniej chwili, bez słowa wyjaśnienia.",
        "Niestety nie polecam, ciągłe spóźnienia i brak planu.",
        "Po trzech spotkaniach <zrezygnowałem|zrezygnowałam>.",
    ),
}
# What satisfied students sometimes add.
PRAISE = ("Polecam!", "Szczerze polecam.", "Polecam przed maturą.", "Będę wracać.", "Widać pasję.", "Dziękuję!")
