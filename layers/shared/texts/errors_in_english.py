"""Texts of errors in English, by the text that is written in the code.

`{}` stands for a value; `{1}` is the second of them, counting from 0. Which of these the contract records says the
route: what it records stays as it is.
"""

from shared.texts.json_types import of_types

ERRORS = {
    # Requests of any kind.
    "Niepoprawne żądanie.": "The request is not valid.",
    "Nie znaleziono.": "Not found.",
    'Niedozwolona metoda "{}".': 'The method "{}" is not allowed.',
    'Brak wsparcia dla żądanego typu danych "{}".': 'The media type "{}" is not supported.',
    "JSON parse error - {}": "The body is not valid JSON.",
    "JSON parse error - {}: line {} column {} (char {})": "The body is not valid JSON (line {1}, column {2}).",
    "Multipart form parse error - {}": "The form cannot be read.",
    "Przesłane dane są zbyt duże.": "That is too much data.",
    "Zbyt wiele prób. Spróbuj ponownie później.": "Too many requests. Try again later.",
    "Usługa jest chwilowo niedostępna.": "The service is unavailable at the moment.",
    "Wystąpił nieoczekiwany błąd serwera.": "The server has failed unexpectedly.",
    "Nieznana nazwa „{}”.": "Unknown name “{}”.",
    "Nieznana nazwa „{}”. Czy chodziło o „{}”?": "Unknown name “{}”. Did you mean “{}”?",
    "Nieznana nazwa „{}”. Znane: {}.": "Unknown name “{}”. Known are: {}.",
    "Nie ma takiej wersji API.": "There is no such version of the API.",
    "To żądanie mogła wysłać inna strona.": "Another site may have made this request.",
    "Klucz ma od 1 do 255 znaków ASCII.": "A key has 1 to 255 ASCII characters.",
    "Ten klucz był już użyty do innego żądania.": "This key was used for another request.",
    "Nieprawidłowy kursor.": "The cursor is not valid.",
    # Second factors.
    "Podaj jeszcze kod z aplikacji uwierzytelniającej albo kod zapasowy. Jeśli ta strona o niego nie pyta, zaloguj się "
    "na stronie, na której go ustawiono.": "Give the code of your authenticator app, too, or a recovery code. If"
    " this page does not ask for one, sign in where you set it up.",
    "Kod jest niepoprawny albo został już użyty.": "The code is wrong, or was used before.",
    "To logowanie wygasło. Zacznij je od nowa.": "This sign-in has expired. Begin it anew.",
    "Ten link wygasł lub został już użyty.": "This link has expired, or was used before.",
    "Ten klucz dostępu nie pasuje albo trwało to za długo. Spróbuj ponownie.": "This passkey does not fit, or it took"
    " too long. Try again.",
    "To konto nie ma klucza dostępu.": "This account has no passkey.",
    "Ten klucz dostępu został już dodany.": "This passkey was added before.",
    "Możesz mieć najwyżej 10 kluczy dostępu. Usuń najpierw któryś z nich.": "You may have 10 passkeys at most. Remove"
    " one first.",
    "To jedyny drugi składnik logowania na tym koncie. Możesz go wyłączyć.": "It is the only second factor of this"
    " account. You can turn it off.",
    "Podaj też kod z aplikacji albo kod zapasowy.": "Give a code of your app, too, or a recovery code.",
    "To konto nie ma drugiego składnika logowania.": "This account has no second factor.",
    "Zacznij dodawanie aplikacji od nowa.": "Begin to add the app anew.",
    "Logowanie nie wymaga już drugiego składnika.": "Signing in takes no second factor any more.",
    # Announcements and issues.
    "Możesz mieć najwyżej {} ogłoszeń. Usuń najpierw któreś z nich.": (
        "You may have {} announcements at most. Delete one first."
    ),
    "Masz już zbyt wiele otwartych zgłoszeń. Poczekaj na odpowiedzi.": (
        "Too many of your reports are open. Wait for answers."
    ),
    "To zgłoszenie jest zamknięte. Utwórz nowe.": "This report is closed. Make a new one.",
    # Attachments.
    "Nie ma takiego załącznika.": "There is no such attachment.",
    "Plik nie został jeszcze przesłany.": "The file was not uploaded yet.",
    "Załącznik może mieć najwyżej 10 MB.": "An attachment can have at most 10 MB.",
    "Można załączyć obraz, PDF, dokument biurowy albo plik tekstowy.": "An attachment is a picture, a PDF, an office"
    " document or a text file.",
    "Pliku nie można otworzyć: jest uszkodzony, zaszyfrowany albo zbyt duży po rozpakowaniu.": "The file cannot be"
    " opened: it is damaged, encrypted or too large when unpacked.",
    "Dokumenty z makrami nie są przyjmowane.": "Documents with macros are not taken.",
    "W pliku znaleziono złośliwe oprogramowanie.": "A virus was found in the file.",
    "Podaj od 1 do {} różnych identyfikatorów załączników.": "Give from 1 to {} different ids of attachments.",
    "Ten link już nie działa. Ustawienia powiadomień zmienisz po zalogowaniu.": "This link does not work any more. "
    "You can change what you are told of once you have signed in.",
    "Podaj adres https w internecie.": "This must be an https address in the internet.",
    "To nie jest klucz przeglądarki.": "This is no key of a browser.",
    "Ta przeglądarka nie dostaje już powiadomień.": "This browser gets no more push messages.",
    # Changes of addresses.
    "To już jest Twój adres e-mail.": "This is your e-mail address already.",
    "Ten link już nie działa: został użyty, wygasł albo zastąpiła go nowsza zmiana adresu.": "This link does not work"
    " any more: it was used, has expired, or a newer change of the address has replaced it.",
    "Ten adres e-mail należy już do innego konta.": "This e-mail address belongs to another account.",
    # Fields.
    "To pole jest wymagane.": "This field is required.",
    "To pole nie może być puste.": "This field must not be blank.",
    "Pole nie może mieć wartości null.": "This field must not be null.",
    "Not a valid string.": "This must be a text.",
    "Must be a valid boolean.": "This must be true or false.",
    "Must be a valid UUID.": "This must be a UUID.",
    "Wymagana poprawna liczba całkowita.": "This must be a whole number.",
    "Wpisz liczbę.": "This must be a number.",
    "Podaj poprawny adres e-mail.": "This must be an e-mail address.",
    "Upewnij się, że to pole ma nie więcej niż {} znaków.": "This must have at most {} characters.",
    "Upewnij się, że pole ma co najmniej {} znaków.": "This must have at least {} characters.",
    "Upewnij się, że ta wartość jest mniejsza lub równa {}.": "This must be at most {}.",
    "Upewnij się, że ta wartość jest większa lub równa {}.": "This must be at least {}.",
    "Wartość daty z czasem ma zły format. Użyj jednego z dostępnych formatów: {}.": "This must be a date and time: {}.",
    "Datetime value out of range.": "This date and time is out of range.",
    "Podaj datę z czasem razem z przesunięciem względem UTC, np. {}.": "Give the offset from UTC with the date and"
    " time, such as {}.",
    "Podaj pełną minutę, bez sekund.": "Give a full minute, without seconds.",
    "Niepoprawna wartość.": "This value is not valid.",
    "Znaki null są niedozwolone.": "Null characters are not allowed.",
    "No data provided": "The body is empty.",
    "Dozwolone wartości: {}.": "This must be one of: {}.",
    "„{}” nie jest poprawnym wyborem.": "“{}” is not one of the choices.",
    "Wybierz poprawną wartość. {} nie jest żadną z dostępnych opcji.": "{} is not one of the choices.",
    "Podaj godzinę w postaci GG:MM.": "Give a time of day as HH:MM.",
    "Data ma zły format. Użyj jednego z tych formatów: {}.": "Give a date as {}.",
    "Nieznana strefa czasowa. Podaj nazwę z bazy IANA, na przykład {}.": "Unknown time zone. Give a name of the IANA"
    " database, such as {}.",
    **of_types(
        "Expected an object, but got {}.",
        "Expected a list, but got {}.",
        {
            "str": "a text",
            "int": "a number",
            "float": "a number",
            "bool": "true or false",
            "list": "a list",
            "dict": "an object",
            "NoneType": "null",
        },
    ),
    # Who calls.
    "Nie podano danych uwierzytelniających.": "You are not signed in.",
    "Nagłówek autoryzacji musi zawierać dwie wartości rodzielone spacjami": "The Authorization header must hold two"
    " words.",
    "Podany token jest błędny dla każdego typu tokena": "The token is not valid.",
    "Token jest niepoprawny lub wygasł": "The token is not valid, or has expired.",
    "Token posiada zły typ": "The token is of another kind.",
    "Token nie zawierał rozpoznawalnej identyfikacji użytkownika": "The token names no account.",
    "Użytkownik nie znaleziony": "The account was deleted.",
    "Nie masz uprawnień, by wykonać tę czynność.": "You may not do this.",
    "Potwierdź najpierw swoje hasło.": "Confirm your password first.",
    "Nie znaleziono aktywnego konta dla podanych danych uwierzytelniających": "No account has this address and"
    " password.",
    "Konto nie zostało jeszcze potwierdzone. Kliknij link, który wysłaliśmy na Twój adres e-mail.": "The account is not"
    " confirmed yet. Follow the link that we sent to your e-mail address.",
    # Bookings.
    "Nie można tego teraz zrobić.": "This cannot be done now.",
    "Ten korepetytor nie uzupełnił jeszcze swojej oferty.": "This tutor has not completed their offer yet.",
    "Ten termin już minął.": "This time is over.",
    "Ten termin jest już zajęty.": "This time is taken.",
    "Korepetytor nie oferuje tego terminu.": "The tutor does not offer this time.",
    "Na rezerwację tego terminu jest już za późno.": "It is too late to book this time.",
    "Tak odległych terminów jeszcze nie można rezerwować.": "Times so far ahead cannot be booked yet.",
    "Korepetytor nie przyjmuje więcej rezerwacji na ten dzień.": "The tutor takes no more bookings for this day.",
    "Korepetytor nie przyjmuje więcej rezerwacji na ten tydzień.": "The tutor takes no more bookings for this week.",
    "W tej grupie nie ma wolnych miejsc.": "This group has no free seat.",
    "W tym czasie odbywają się już inne zajęcia.": "There is another session at this time.",
    "Masz już tyle nadchodzących rezerwacji, ile można mieć naraz.": "You have as many bookings to come as you may have"
    " at once.",
    "W obecnym stanie rezerwacji nie można tego zrobić.": "This cannot be done in the booking's present state.",
    "Korepetytor proponuje teraz coś innego.": "The tutor proposes something else by now.",
    "Te zajęcia mają już inny termin.": "This session is at another time by now.",
    "Czas na odpowiedź minął.": "The time to answer is over.",
    "Nie można rezerwować zajęć u siebie.": "You cannot book your own time.",
    "Części terminów nie można zarezerwować.": "Some of the times cannot be booked.",
    "Na przełożenie tych zajęć jest już za późno.": "It is too late to move this session.",
    "Termin zajęć grupowych może zmienić tylko korepetytor.": "Only the tutor can move a group.",
    "To miejsce jest wolne: można je od razu zarezerwować.": "There is a free seat: you can book it at once.",
    "Masz już miejsce na tych zajęciach.": "You have a seat in this session.",
    "Jesteś już na liście oczekujących.": "You are on the waitlist already.",
    "Ta rezerwacja jest już potwierdzona.": "This booking is confirmed already.",
    "Zajęcia jeszcze się nie skończyły.": "The session is not over yet.",
    "Zajęcia skończyły się ponad 48 godzin temu.": "The session ended more than 48 hours ago.",
    "Na odwołanie tych zajęć jest już za późno.": "It is too late to cancel this session.",
    "Podaj session, albo tutor i start_time.": "Give session, or tutor and start_time.",
    "Podaj schedule_item, albo tutor i start_time, albo session.": "Give schedule_item, or tutor and start_time, or"
    " session.",
    "Podaj length albo end_time.": "Give length or end_time.",
    "Czas rozpoczęcia musi być wcześniejszy niż czas zakończenia.": "The start must be before the end.",
    "To są zajęcia grupowe.": "This is a group's session.",
    "Ta grupa spotyka się w innej formie.": "This group meets in the other form.",
    "Korepetytor nie prowadzi zajęć w tej formie.": "The tutor does not teach in this form.",
    "Korepetytor nie prowadzi takich zajęć.": "The tutor does not give such sessions.",
    "Podaj co najwyżej {} propozycji.": "Give at most {} proposals.",
    "Ta rezerwacja nie należy do tej serii.": "This booking is not in this series.",
    "Do grupy dołącza się na jedne zajęcia.": "A group is joined for one session.",
    "Zajęcia można przełożyć najdalej o dwa lata naprzód.": "A session can be moved two years ahead at most.",
    "Zajęcia trwają od {} do {} minut.": "Sessions take {} to {} minutes.",
    # Time on offer.
    "Podaj co najwyżej {} przedziałów godzin.": "Give at most {} stretches of hours.",
    "Godzina rozpoczęcia musi być wcześniejsza niż godzina zakończenia.": "The start must be before the end.",
    "Godziny jednego dnia nie mogą na siebie zachodzić.": "Hours of one day must not overlap.",
    "Te dni już minęły.": "These days are over.",
    "Ostatni dzień nie może być wcześniejszy niż pierwszy.": "The last day must not be before the first.",
    "Koniec zakresu musi być późniejszy niż jego początek.": "The end must be after the start.",
    "Zakres może mieć co najwyżej {} dni.": "The span can have at most {} days.",
    "Podaj od 1 do {} różnych długości zajęć, każdą od {} do {} minut.": "Give 1 to {} different lengths, each of {} to"
    " {} minutes.",
    "Podaj adres zaczynający się od https://.": "Give an address that begins with https://.",
    "Wszystkie ceny są w jednej walucie: {}.": "All prices are in one currency: {}.",
    "Dostępne długości zajęć w minutach: {}.": "The tutor's lengths in minutes are: {}.",
    "Możesz mieć co najwyżej {} nadchodzących wyjątków. Usuń któryś z nich.": "You can have at most {} exceptions to"
    " come. Delete one of them.",
    "W tym czasie masz już zajęcia.": "You have sessions in that time.",
    "Podaj dni tygodnia od 1 (poniedziałek) do 7 (niedziela).": "Give days of the week from 1 (Monday) to 7 (Sunday).",
    # Reviews.
    "Nie masz opinii o tym korepetytorze.": "You have not reviewed this tutor.",
    "Ta opinia została ukryta przez obsługę.": "This review was hidden by the staff.",
    "Nie możesz zgłosić własnej opinii.": "You cannot report your own review.",
    # Signing in with a provider.
    "Pod ten adres nie można wrócić po zalogowaniu.": "A sign-in may not lead back to this address.",
    "To logowanie wygasło albo zaczęło się gdzie indziej. Zacznij je od nowa.": "This sign-in is over, or it began"
    " elsewhere. Begin a new one.",
    "Nie udało się potwierdzić, kim jesteś. Zacznij logowanie od nowa.": "Who you are was not confirmed. Begin a new"
    " sign-in.",
    "Ten dostawca nie potwierdził Twojego adresu e-mail.": "This provider has not verified your e-mail address.",
    "Masz już konto z tym adresem. Zaloguj się hasłem, a następnym razem wystarczy ten dostawca.": "Your address has an"
    " account. Sign in with its password; next time this provider will do.",
    # Accounts that staff suspend.
    "To konto zostało zawieszone. Więcej jest w wiadomości e-mail, którą wysłaliśmy.": "This account was suspended. The"
    " e-mail that we sent says more.",
    # Reports.
    "To jest Twoja własna wiadomość.": "This is your own message.",
    "To zgłoszenie zostało już rozpatrzone.": "This report was decided on already.",
    "To zgłoszenie nie dotyczy wiadomości.": "This report is not about a message.",
    "To konto należy do obsługi.": "This is an account of the staff.",
    "Włącz logowanie dwuetapowe i zaloguj się ponownie.": "Turn on two-factor sign-in and sign in again.",
    # The chat.
    "To jest Twoje własne konto.": "This is your own account.",
    "Z tą osobą nie możesz się umówić.": "You cannot book with this person.",
    # What was done.
    "Adres kalendarza już nie działa.": "The calendar's address leads nowhere now.",
    "Odblokowano.": "Unblocked.",
    "Przywrócono.": "Taken back out of the archive.",
    "Włączono powiadomienia.": "You will be told again.",
    "Wylogowano.": "Signed out.",
    "Usunięto.": "Removed.",
    "Zmieniono.": "Changed.",
    "Wyciszono.": "Muted.",
    "Wyjątek został usunięty.": "The exception was deleted.",
    "Zablokowano.": "Blocked.",
    "Zarchiwizowano.": "Archived.",
    "Zgłoszono.": "Reported.",
    # Messages of the chat.
    "Nie ma takiej rozmowy.": "There is no such conversation.",
    "Nie możecie do siebie pisać.": "You cannot write to each other.",
    "Zanim napiszesz więcej, poczekaj na odpowiedź.": "Wait for an answer before you write more.",
    "Załącznika nie można wysłać.": "The attachment cannot be sent.",
    "Nie ma takiej wiadomości.": "There is no such message.",
    "To nie jest Twoja wiadomość.": "The message is not yours.",
    "Wiadomość można zmienić przez {} minut od wysłania.": "A message can be changed for {} minutes after it was sent.",
    "Wiadomość została usunięta.": "The message was deleted.",
    "Do wiadomości możesz dodać najwyżej {} reakcji.": "You can put at most {} emojis on a message.",
    "Podaj jedno emoji.": "This must be one emoji.",
}
