"""Polish cities and their districts."""

PLACES = {
    "Rzeszów": ("Baranówka", "Drabinianka", "Nowe Miasto", "Pobitno", "Przybyszówka", "Staromieście"),
    "Kraków": ("Bronowice", "Kazimierz", "Krowodrza", "Nowa Huta", "Podgórze"),
    "Warszawa": ("Bielany", "Mokotów", "Ochota", "Praga-Południe", "Ursynów", "Żoliborz"),
    "Wrocław": ("Biskupin", "Fabryczna", "Krzyki", "Psie Pole"),
    "Łódź": ("Bałuty", "Polesie", "Retkinia", "Widzew"),
    "Poznań": ("Grunwald", "Jeżyce", "Rataje", "Wilda"),
    "Gdańsk": ("Oliwa", "Przymorze", "Wrzeszcz"),
    "Lublin": ("Czechów", "Kalinowszczyzna", "Wieniawa"),
    "Katowice": ("Brynów", "Ligota", "Załęże"),
    "Białystok": ("Bojary", "Piasta", "Wysoki Stoczek"),
    "Przemyśl": ("Zasanie", "Lipowica"),
    "Stalowa Wola": ("Rozwadów", "Śródmieście"),
    "Łańcut": ("Podzamcze", "Śródmieście"),
    "Żywiec": ("Sporysz", "Zabłocie"),
}
# How many tutors live there, roughly: the platform comes from Rzeszów.
WEIGHTS = (30, 12, 12, 7, 6, 6, 5, 6, 4, 3, 3, 2, 2, 2)
