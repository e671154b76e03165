"""English texts of errors, by the text used in the code.

`{}` stands for a value; `{1}` is the second value, counting from 0. The route says which texts the contract records:
those are not translated.
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
    "Przesłane dane są zbyt duże.": "The request is too large.",
    "Zbyt wiele prób. Spróbuj ponownie później.": "Too many requests. Try again later.",
    "Usługa jest chwilowo niedostępna.": "The service is temporarily unavailable.",
    "Wystąpił nieoczekiwany błąd serwera.": "An unexpected server error occurred.",
    "Nieznana nazwa „{}”.": "Unknown name “{}”.",
    "Nieznana nazwa „{}”. Czy chodziło o „{}”?": "Unknown name “{}”. Did you mean “{}”?",
    "Nieznana nazwa „{}”. Znane: {}.": "Unknown name “{}”. Known names: {}.",
    "Nie ma takiej wersji API.": "There is no such version of the API.",
    "To żądanie mogła wysłać inna strona.": "Another site may have made this request.",
    "Klucz ma od 1 do 255 znaków ASCII.": "A key must have 1 to 255 ASCII characters.",
    "Ten klucz był już użyty do innego żądania.": "This key was already used for another request.",
    "Nieprawidłowy kursor.": "The cursor is not valid.",
    # Second factors.
    "Podaj jeszcze kod z aplikacji uwierzytelniającej albo kod zapasowy. Jeśli ta strona o niego nie pyta, zaloguj się "
    "na stronie, na której go ustawiono.": "Enter the code from your authenticator app, or a recovery code. If this"
    " page does not ask for one, sign in on the page where you set it up.",
    "Kod jest niepoprawny albo został już użyty.": "The code is wrong or was already used.",
    "To logowanie wygasło. Zacznij je od nowa.": "This sign-in has expired. Start again.",
    "Ten link wygasł lub został już użyty.": "This link has expired or was already used.",
    "Ten klucz dostępu nie pasuje albo trwało to za długo. Spróbuj ponownie.": "This passkey does not match, or it"
    " took too long. Try again.",
    "To konto nie ma klucza dostępu.": "This account has no passkey.",
    "Ten klucz dostępu został już dodany.": "This passkey was already added.",
    "Możesz mieć najwyżej 10 kluczy dostępu. Usuń najpierw któryś z nich.": "You can have at most 10 passkeys."
    " Remove one first.",
    "To jedyny drugi składnik logowania na tym koncie. Możesz go wyłączyć.": "This is the account's only second"
    " factor. You can turn it off.",
    "Podaj też kod z aplikacji albo kod zapasowy.": "Enter a code from your app or a recovery code as well.",
    "To konto nie ma drugiego składnika logowania.": "This account has no second factor.",
    "Zacznij dodawanie aplikacji od nowa.": "Start adding the app again.",
    "Logowanie nie wymaga już drugiego składnika.": "Signing in no longer requires a second factor.",
    # Announcements and issues.
    "Możesz mieć najwyżej {} ogłoszeń. Usuń najpierw któreś z nich.": (
        "You can have at most {} announcements. Delete one first."
    ),
    "Masz już zbyt wiele otwartych zgłoszeń. Poczekaj na odpowiedzi.": (
        "Too many of your reports are open. Wait for the answers."
    ),
    "To zgłoszenie jest zamknięte. Utwórz nowe.": "This report is closed. Create a new one.",
    # Attachments.
    "Nie ma takiego załącznika.": "There is no such attachment.",
    "Plik nie został jeszcze przesłany.": "The file has not been uploaded yet.",
    "Załącznik może mieć najwyżej 10 MB.": "An attachment can be at most 10 MB.",
    "Można załączyć obraz, PDF, dokument biurowy albo plik tekstowy.": "You can attach a picture, a PDF, an office"
    " document or a text file.",
    "Pliku nie można otworzyć: jest uszkodzony, zaszyfrowany albo zbyt duży po rozpakowaniu.": "The file cannot be"
    " opened: it is damaged, encrypted or too large when unpacked.",
    "Dokumenty z makrami nie są przyjmowane.": "Documents with macros are not accepted.",
    "W pliku znaleziono złośliwe oprogramowanie.": "Malware was found in the file.",
    "Podaj od 1 do {} różnych identyfikatorów załączników.": "Give 1 to {} different attachment ids.",
    "Ten link już nie działa. Ustawienia powiadomień zmienisz po zalogowaniu.": "This link no longer works. Sign in"
    " to change your notification settings.",
    "Podaj adres https w internecie.": "This must be a public https address.",
    "To nie jest klucz przeglądarki.": "This is not a browser key.",
    "Ta przeglądarka nie dostaje już powiadomień.": "This browser no longer gets push messages.",
    # Changes of addresses.
    "To już jest Twój adres e-mail.": "This is already your e-mail address.",
    "Ten link już nie działa: został użyty, wygasł albo zastąpiła go nowsza zmiana adresu.": "This link no longer"
    " works: it was used, has expired, or was replaced by a newer change of address.",
    "Ten adres e-mail należy już do innego konta.": "This e-mail address already belongs to another account.",
    # Fields.
    "To pole jest wymagane.": "This field is required.",
    "To pole nie może być puste.": "This field must not be blank.",
    "Pole nie może mieć wartości null.": "This field must not be null.",
    "Not a valid string.": "This must be a string.",
    "Must be a valid boolean.": "This must be true or false.",
    "Must be a valid UUID.": "This must be a UUID.",
    "Wymagana poprawna liczba całkowita.": "This must be a whole number.",
    "Wpisz liczbę.": "This must be a number.",
    "Podaj poprawny adres e-mail.": "This must be an e-mail address.",
    "Upewnij się, że to pole ma nie więcej niż {} znaków.": "This must be at most {} characters long.",
    "Upewnij się, że pole ma co najmniej {} znaków.": "This must be at least {} characters long.",
    "Upewnij się, że ta wartość jest mniejsza lub równa {}.": "This must be at most {}.",
    "Upewnij się, że ta wartość jest większa lub równa {}.": "This must be at least {}.",
    "Wartość daty z czasem ma zły format. Użyj jednego z dostępnych formatów: {}.": "This must be a date and time: {}.",
    "Datetime value out of range.": "This date and time is out of range.",
    "Podaj datę z czasem razem z przesunięciem względem UTC, np. {}.": "Give the date and time with an offset from"
    " UTC, such as {}.",
    "Podaj pełną minutę, bez sekund.": "Give a whole minute, without seconds.",
    "Niepoprawna wartość.": "This value is not valid.",
    "Znaki null są niedozwolone.": "Null characters are not allowed.",
    "No data provided": "The body is empty.",
    "Dozwolone wartości: {}.": "This must be one of: {}.",
    "„{}” nie jest poprawnym wyborem.": "“{}” is not one of the choices.",
    "Wybierz poprawną wartość. {} nie jest żadną z dostępnych opcji.": "{} is not one of the choices.",
    "Podaj godzinę w postaci GG:MM.": "Give a time of day as HH:MM.",
    "Data ma zły format. Użyj jednego z tych formatów: {}.": "Give a date as {}.",
    "Nieznana strefa czasowa. Podaj nazwę z bazy IANA, na przykład {}.": "Unknown time zone. Give a name from the"
    " IANA database, such as {}.",
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
    # Authentication.
    "Nie podano danych uwierzytelniających.": "You are not signed in.",
    "Nagłówek autoryzacji musi zawierać dwie wartości rodzielone spacjami": "The Authorization header must consist"
    " of two words.",
    "Podany token jest błędny dla każdego typu tokena": "The token is not valid.",
    "Token jest niepoprawny lub wygasł": "The token is not valid or has expired.",
    "Token posiada zły typ": "The token is of the wrong kind.",
    "Token nie zawierał rozpoznawalnej identyfikacji użytkownika": "The token does not identify an account.",
    "Użytkownik nie znaleziony": "The account was deleted.",
    "Nie masz uprawnień, by wykonać tę czynność.": "You are not allowed to do this.",
    "Potwierdź najpierw swoje hasło.": "Confirm your password first.",
    "Nie znaleziono aktywnego konta dla podanych danych uwierzytelniających": "No account has this address and"
    " password.",
    "Konto nie zostało jeszcze potwierdzone. Kliknij link, który wysłaliśmy na Twój adres e-mail.": "The account is"
    " not confirmed yet. Click the link that we sent to your e-mail address.",
    # Bookings.
    "Nie można tego teraz zrobić.": "This cannot be done now.",
    "Ten korepetytor nie uzupełnił jeszcze swojej oferty.": "This tutor has not completed their offer yet.",
    "Ten termin już minął.": "This time has passed.",
    "Ten termin jest już zajęty.": "This time is taken.",
    "Korepetytor nie oferuje tego terminu.": "The tutor does not offer this time.",
    "Na rezerwację tego terminu jest już za późno.": "It is too late to book this time.",
    "Tak odległych terminów jeszcze nie można rezerwować.": "Times so far ahead cannot be booked yet.",
    "Korepetytor nie przyjmuje więcej rezerwacji na ten dzień.": "The tutor accepts no more bookings for this day.",
    "Korepetytor nie przyjmuje więcej rezerwacji na ten tydzień.": "The tutor accepts no more bookings for this week.",
    "W tej grupie nie ma wolnych miejsc.": "This group has no free seats.",
    "W tym czasie odbywają się już inne zajęcia.": "There is another session at this time.",
    "Masz już tyle nadchodzących rezerwacji, ile można mieć naraz.": "You already have the maximum number of"
    " upcoming bookings.",
    "W obecnym stanie rezerwacji nie można tego zrobić.": "This is not possible in the booking's current state.",
    "Korepetytor proponuje teraz coś innego.": "The tutor has made another proposal meanwhile.",
    "Te zajęcia mają już inny termin.": "This session has moved to another time.",
    "Czas na odpowiedź minął.": "The time to answer has passed.",
    "Nie można rezerwować zajęć u siebie.": "You cannot book a session with yourself.",
    "Części terminów nie można zarezerwować.": "Some of the times cannot be booked.",
    "Na przełożenie tych zajęć jest już za późno.": "It is too late to move this session.",
    "Termin zajęć grupowych może zmienić tylko korepetytor.": "Only the tutor can move a group session.",
    "To miejsce jest wolne: można je od razu zarezerwować.": "There is a free seat: you can book it right away.",
    "Masz już miejsce na tych zajęciach.": "You already have a seat in this session.",
    "Jesteś już na liście oczekujących.": "You are already on the waitlist.",
    "Ta rezerwacja jest już potwierdzona.": "This booking is already confirmed.",
    "Zajęcia jeszcze się nie skończyły.": "The session is not over yet.",
    "Zajęcia skończyły się ponad 48 godzin temu.": "The session ended more than 48 hours ago.",
    "Na odwołanie tych zajęć jest już za późno.": "It is too late to cancel this session.",
    "Podaj session, albo tutor i start_time.": "Give session, or tutor and start_time.",
    "Podaj schedule_item, albo tutor i start_time, albo session.": "Give schedule_item, or tutor and start_time, or"
    " session.",
    "Podaj length albo end_time.": "Give length or end_time.",
    "Czas rozpoczęcia musi być wcześniejszy niż czas zakończenia.": "The start must be before the end.",
    "To są zajęcia grupowe.": "This is a group session.",
    "Ta grupa spotyka się w innej formie.": "This group meets in a different form.",
    "Korepetytor nie prowadzi zajęć w tej formie.": "The tutor does not teach in this form.",
    "Korepetytor nie prowadzi takich zajęć.": "The tutor does not offer this kind of session.",
    "Podaj co najwyżej {} propozycji.": "Give at most {} proposals.",
    "Ta rezerwacja nie należy do tej serii.": "This booking is not in this series.",
    "Do grupy dołącza się na jedne zajęcia.": "You can join a group for one session only.",
    "Zajęcia można przełożyć najdalej o dwa lata naprzód.": "A session can be moved at most two years ahead.",
    "Zajęcia trwają od {} do {} minut.": "Sessions last {} to {} minutes.",
    # Time on offer.
    "Podaj co najwyżej {} przedziałów godzin.": "Give at most {} periods of hours.",
    "Godzina rozpoczęcia musi być wcześniejsza niż godzina zakończenia.": "The start must be before the end.",
    "Godziny jednego dnia nie mogą na siebie zachodzić.": "Hours on the same day must not overlap.",
    "Te dni już minęły.": "These days have passed.",
    "Ostatni dzień nie może być wcześniejszy niż pierwszy.": "The last day must not be before the first.",
    "Koniec zakresu musi być późniejszy niż jego początek.": "The end must be after the start.",
    "Zakres może mieć co najwyżej {} dni.": "The range can span at most {} days.",
    "Podaj od 1 do {} różnych długości zajęć, każdą od {} do {} minut.": "Give 1 to {} different session lengths of"
    " {} to {} minutes each.",
    "Podaj adres zaczynający się od https://.": "Give an address that begins with https://.",
    "Wszystkie ceny są w jednej walucie: {}.": "All prices are in one currency: {}.",
    "Dostępne długości zajęć w minutach: {}.": "Available session lengths in minutes: {}.",
    "Możesz mieć co najwyżej {} nadchodzących wyjątków. Usuń któryś z nich.": "You can have at most {} upcoming"
    " exceptions. Delete one of them.",
    "W tym czasie masz już zajęcia.": "You have sessions at that time.",
    "Podaj dni tygodnia od 1 (poniedziałek) do 7 (niedziela).": "Give days of the week from 1 (Monday) to 7 (Sunday).",
    # Reviews.
    "Nie masz opinii o tym korepetytorze.": "You have not reviewed this tutor.",
    "Ta opinia została ukryta przez obsługę.": "This review was hidden by staff.",
    "Nie możesz zgłosić własnej opinii.": "You cannot report your own review.",
    # Signing in with a provider.
    "Pod ten adres nie można wrócić po zalogowaniu.": "A sign-in cannot return to this address.",
    "To logowanie wygasło albo zaczęło się gdzie indziej. Zacznij je od nowa.": "This sign-in has expired or was"
    " started elsewhere. Start again.",
    "Nie udało się potwierdzić, kim jesteś. Zacznij logowanie od nowa.": "Your identity could not be confirmed."
    " Start a new sign-in.",
    "Ten dostawca nie potwierdził Twojego adresu e-mail.": "This provider has not verified your e-mail address.",
    "Masz już konto z tym adresem. Zaloguj się hasłem, a następnym razem wystarczy ten dostawca.": "You already have"
    " an account with this address. Sign in with its password; from then on you can use this provider.",
    # Passwords, where the contract records nothing.
    "Hasło jest zbyt podobne do {}.": "The password is too similar to your {}.",
    "To hasło jest za krótkie. Musi zawierać co najmniej {} znaków.": "The password is too short. It must have at least"
    " {} characters.",
    "To hasło jest zbyt powszechne.": "The password is too common.",
    "Hasło składa się wyłącznie z cyfr.": "The password consists of digits only.",
    # Accounts that staff suspend.
    "To konto zostało zawieszone. Więcej jest w wiadomości e-mail, którą wysłaliśmy.": "This account was suspended."
    " See the e-mail that we sent for details.",
    # Reports.
    "To jest Twoja własna wiadomość.": "This is your own message.",
    "To zgłoszenie zostało już rozpatrzone.": "This report was already decided on.",
    "To zgłoszenie nie dotyczy wiadomości.": "This report is not about a message.",
    "To konto należy do obsługi.": "This is a staff account.",
    "Włącz logowanie dwuetapowe i zaloguj się ponownie.": "Turn on two-factor sign-in and sign in again.",
    # The chat.
    "To jest Twoje własne konto.": "This is your own account.",
    "Z tą osobą nie możesz się umówić.": "You cannot book with this person.",
    # Success messages.
    "Adres kalendarza już nie działa.": "The calendar's address no longer works.",
    "Odblokowano.": "Unblocked.",
    "Przywrócono.": "Unarchived.",
    "Włączono powiadomienia.": "Notifications turned on.",
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
    "Zanim napiszesz więcej, poczekaj na odpowiedź.": "Wait for a reply before you write more.",
    "Załącznika nie można wysłać.": "The attachment cannot be sent.",
    "Nie ma takiej wiadomości.": "There is no such message.",
    "To nie jest Twoja wiadomość.": "This is not your message.",
    "Wiadomość można zmienić przez {} minut od wysłania.": "A message can be changed up to {} minutes after it was"
    " sent.",
    "Wiadomość została usunięta.": "The message was deleted.",
    "Do wiadomości możesz dodać najwyżej {} reakcji.": "You can add at most {} reactions to a message.",
    "Podaj jedno emoji.": "This must be one emoji.",
}
