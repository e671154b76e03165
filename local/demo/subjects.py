"""Subjects as tutors write about them: one for each skill of the platform's list."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """`of` is the name in the genitive, `studies` what one studies to teach it; `goes_with` are other skills."""

    of: str
    studies: str
    goes_with: tuple[str, ...]
    sentences: tuple[str, ...]


SUBJECTS = {
    "Matematyka": Subject(
        "matematyki",
        "matematykę stosowaną",
        ("Fizyka", "Informatyka"),
        (
            "Zaczynamy od zaległości, bo bez ułamków i równań nie ma funkcji ani pochodnych.",
            "Matura podstawowa i rozszerzona, analiza i algebra na pierwszym roku studiów.",
            "Pokazuję, skąd biorą się wzory, żeby nie trzeba było uczyć się ich na pamięć.",
            "Prawdopodobieństwo i geometria przestrzenna to moje ulubione działy.",
        ),
    ),
    "Fizyka": Subject(
        "fizyki",
        "fizykę techniczną",
        ("Matematyka", "Technika"),
        (
            "Każde zadanie zaczynamy od rysunku, dopiero potem sięgamy po wzory.",
            "Mechanika, elektryczność i fale: od szkoły podstawowej po kolokwia na politechnice.",
            "Przynoszę proste doświadczenia, bo łatwiej zrozumieć to, co się zobaczy.",
        ),
    ),
    "Informatyka": Subject(
        "informatyki",
        "informatykę",
        ("Matematyka", "Technika"),
        (
            "Uczę programowania w Pythonie i C++, od pierwszej pętli po algorytmy maturalne.",
            "Bazy danych, arkusze i algorytmy, czyli wszystko, co pojawia się na maturze.",
            "Piszemy małe gry i programy, a teoria przychodzi przy okazji.",
        ),
    ),
    "Chemia": Subject(
        "chemii",
        "technologię chemiczną",
        ("Biologia", "Fizyka"),
        (
            "Stechiometria przestaje być straszna po trzech spotkaniach.",
            "Chemia organiczna krok po kroku, z dużą liczbą zadań z arkuszy.",
            "Przygotowuję do matury rozszerzonej osoby wybierające się na medycynę i farmację.",
        ),
    ),
    "Biologia": Subject(
        "biologii",
        "biotechnologię",
        ("Chemia", "Geografia"),
        (
            "Genetyka i fizjologia człowieka na schematach, które zostają w głowie.",
            "Uczę pisać odpowiedzi tak, jak oczekuje tego klucz maturalny.",
            "Dużo rysujemy, mało przepisujemy.",
        ),
    ),
    "Geografia": Subject(
        "geografii",
        "geografię",
        ("Biologia", "Historia", "WOS"),
        (
            "Pracujemy na mapach i zdjęciach satelitarnych, nie tylko z podręcznikiem.",
            "Klimat, demografia i geologia w zadaniach z poprzednich matur.",
        ),
    ),
    "Historia": Subject(
        "historii",
        "historię",
        ("WOS", "Polski"),
        (
            "Daty układamy w opowieści, wtedy zapamiętują się same.",
            "Analiza źródeł i pisanie wypracowań na poziomie rozszerzonym.",
            "Najchętniej uczę o dwudziestoleciu międzywojennym i o PRL-u.",
        ),
    ),
    "WOS": Subject(
        "wiedzy o społeczeństwie",
        "politologię",
        ("Historia", "Geografia"),
        (
            "Konstytucję czytamy razem, a ustrój omawiamy na bieżących przykładach.",
            "Rozprawka z WOS-u ma swój schemat i da się go opanować w miesiąc.",
        ),
    ),
    "Polski": Subject(
        "języka polskiego",
        "filologię polską",
        ("Historia", "WOS"),
        (
            "Lektury omawiamy tak, żeby było o czym pisać i mówić na maturze ustnej.",
            "Sprawdzam wypracowania i odsyłam je z komentarzem, zwykle następnego dnia.",
            "Ortografia i interpunkcja na krótkich dyktandach, bez nudy.",
        ),
    ),
    "Angielski": Subject(
        "języka angielskiego",
        "filologię angielską",
        ("Niemiecki", "Francuski"),
        (
            "Mówimy od pierwszej minuty, gramatyka przychodzi wtedy, gdy jest potrzebna.",
            "Przygotowuję do egzaminu ósmoklasisty, matury i certyfikatów FCE oraz CAE.",
            "Pomagam w rozmowach kwalifikacyjnych i w języku branży IT.",
            "Czytamy artykuły i oglądamy seriale, słówka notujemy w kontekście.",
        ),
    ),
    "Niemiecki": Subject(
        "języka niemieckiego",
        "filologię germańską",
        ("Angielski", "Rosyjski"),
        (
            "Rodzajniki i szyk zdania ćwiczymy na prostych dialogach.",
            "Uczę też osoby dorosłe, które wyjeżdżają do pracy do Niemiec lub Austrii.",
        ),
    ),
    "Francuski": Subject(
        "języka francuskiego",
        "filologię romańską",
        ("Włoski", "Hiszpański"),
        (
            "Sporo czasu poświęcamy wymowie, bo to ona budzi najwięcej obaw.",
            "Przygotowuję do DELF A2 i B1.",
        ),
    ),
    "Hiszpański": Subject(
        "języka hiszpańskiego",
        "iberystykę",
        ("Włoski", "Francuski"),
        (
            "Rok w Salamance nauczył mnie języka, którego nie ma w podręcznikach.",
            "Od zera do swobodnej rozmowy, małymi krokami i z piosenkami w tle.",
        ),
    ),
    "Włoski": Subject(
        "języka włoskiego",
        "italianistykę",
        ("Hiszpański", "Francuski"),
        (
            "Uczę włoskiego przed wyjazdem: restauracja, dworzec, urząd, lekarz.",
            "Gramatyka po kolei, a na koniec lekcji zawsze kilka minut rozmowy.",
        ),
    ),
    "Rosyjski": Subject(
        "języka rosyjskiego",
        "filologię rosyjską",
        ("Niemiecki", "Polski"),
        (
            "Alfabet opanujemy na dwóch pierwszych spotkaniach.",
            "Literatura, prasa i język potoczny, zależnie od potrzeb.",
        ),
    ),
    "Muzyka": Subject(
        "muzyki",
        "edukację muzyczną",
        ("Plastyka",),
        (
            "Pianino, czytanie nut i podstawy harmonii dla dzieci i dorosłych.",
            "Przygotowuję do egzaminów wstępnych do szkół muzycznych.",
            "Gramy to, co kto lubi: od Chopina po muzykę filmową.",
        ),
    ),
    "Plastyka": Subject(
        "plastyki",
        "grafikę",
        ("Technika", "Muzyka"),
        (
            "Rysunek z natury i teczka na architekturę albo ASP.",
            "Akwarela, ołówek i linoryt; materiały na pierwsze zajęcia zapewniam.",
        ),
    ),
    "Technika": Subject(
        "techniki",
        "mechanikę i budowę maszyn",
        ("Fizyka", "Informatyka"),
        (
            "Rysunek techniczny, AutoCAD i podstawy konstrukcji.",
            "Budujemy proste układy na Arduino i uczymy się lutować.",
        ),
    ),
}
