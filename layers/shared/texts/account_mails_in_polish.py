"""What mails about accounts say in Polish; `shared.texts.polish` has them with all others."""

ACCOUNT_MAILS = {
    "confirm.subject": "Potwierdzenie adresu email",
    "confirm.before": "dziękujemy za założenie konta. Potwierdź swój adres e-mail, aby móc się zalogować.",
    "confirm.link": "Potwierdź adres e-mail",
    "confirm.after": "Link jest ważny przez {days} dni. Jeśli to nie Ty zakładasz konto, zignoruj tę wiadomość.",
    "confirm.aside": "Konto na Twój adres założył ktoś inny, a chcesz z niego korzystać? Zamiast potwierdzać adres"
    " ustaw własne hasło: hasło tamtej osoby przestanie działać, a jej urządzenia zostaną wylogowane.",
    "fact.registered_as": "Zarejestrowano jako",
    "reset.subject": "Resetowanie hasła",
    "reset.before": "otrzymaliśmy prośbę o zmianę hasła do Twojego konta. Nowe hasło ustawisz tutaj:",
    "reset.link": "Ustaw nowe hasło",
    "reset.after": "Link jest ważny przez {minutes} minut i działa raz. Jeśli to nie Twoja prośba, zignoruj tę"
    " wiadomość; Twoje hasło pozostaje bez zmian.",
    "password_changed.subject": "Zmiana hasła",
    "password_changed.before": "hasło do Twojego konta zostało zmienione. Pozostałe urządzenia zostały wylogowane.",
    "password_changed.link": "Otwórz platformę",
    "password_changed.after": "Jeśli to nie Ty, ustaw od razu nowe hasło: poproś na stronie logowania o link do"
    " zmiany hasła.",
    "new_device.subject": "Nowe logowanie",
    "new_device.before": "ktoś zalogował się na Twoje konto z urządzenia, z którego nikt się jeszcze nie logował.",
    "new_device.link": "Otwórz platformę",
    "new_device.after": "Jeśli to Ty, nie musisz nic robić. Jeśli nie, ustaw od razu nowe hasło: poproś na stronie"
    " logowania o link do zmiany hasła. Wszystkie urządzenia zostaną wtedy wylogowane.",
    "authenticator_app_added.subject": "Dodano aplikację uwierzytelniającą",
    "authenticator_app_added.before": "do Twojego konta została dodana aplikacja uwierzytelniająca: logowanie wymaga"
    " teraz"
    " jej kodu.",
    "authenticator_app_added.link": "Otwórz platformę",
    "authenticator_app_added.after": "Jeśli to nie Ty, ktoś zna Twoje hasło: ustaw od razu nowe, prosząc o link na"
    " stronie"
    " logowania, i napisz do obsługi platformy.",
    "passkey_added.subject": "Dodano klucz dostępu",
    "passkey_added.before": "do Twojego konta został dodany klucz dostępu: można się nim zalogować, po haśle albo bez"
    " niego.",
    "passkey_added.link": "Otwórz platformę",
    "passkey_added.after": "Jeśli to nie Ty, ktoś zna Twoje hasło: ustaw od razu nowe, prosząc o link na stronie"
    " logowania, i napisz do obsługi platformy.",
    "passkey_removed.subject": "Usunięto klucz dostępu",
    "passkey_removed.before": "z Twojego konta został usunięty klucz dostępu: nikt się już nim nie zaloguje.",
    "passkey_removed.link": "Otwórz platformę",
    "passkey_removed.after": "Jeśli to nie Ty, ustaw od razu nowe hasło: poproś o link na stronie logowania."
    " Wszystkie urządzenia zostaną wtedy wylogowane.",
    "second_factor_turned_off.subject": "Wyłączono drugi składnik logowania",
    "second_factor_turned_off.before": "logowanie na Twoje konto znów wymaga tylko hasła: drugi składnik i kody"
    " zapasowe"
    " zostały usunięte.",
    "second_factor_turned_off.link": "Otwórz platformę",
    "second_factor_turned_off.after": "Jeśli to nie Ty, ustaw od razu nowe hasło: poproś o link na stronie logowania."
    " Wszystkie urządzenia zostaną wtedy wylogowane.",
    "recovery_codes_replaced.subject": "Nowe kody zapasowe",
    "recovery_codes_replaced.before": "Twoje konto ma nowe kody zapasowe. Poprzednie są nieważne.",
    "recovery_codes_replaced.link": "Otwórz platformę",
    "recovery_codes_replaced.after": "Jeśli to nie Ty, ustaw od razu nowe hasło: poproś o link na stronie logowania."
    " Wszystkie urządzenia zostaną wtedy wylogowane.",
    "recovery_code_used.subject": "Użyto kodu zapasowego",
    "recovery_code_used.before": "ktoś zalogował się na Twoje konto hasłem i jednym z kodów zapasowych, który jest już"
    " nieważny.",
    "recovery_code_used.link": "Otwórz platformę",
    "recovery_code_used.after": "Jeśli to Ty, nie musisz nic robić; gdy zostanie mało kodów, poproś o nowe. Jeśli"
    " nie, ustaw"
    " od razu nowe hasło: poproś o link na stronie logowania.",
    "fact.device": "Urządzenie",
    "fact.address": "Adres IP",
    "identity_linked.subject": "Nowy sposób logowania na Twoje konto",
    "identity_linked.before": "od teraz na Twoje konto można się logować także przez tego dostawcę.",
    "identity_linked.link": "Otwórz platformę",
    "identity_linked.after": "Jeśli to nie Ty, ktoś zna Twoje hasło: ustaw od razu nowe (poproś na stronie logowania"
    " o link do zmiany hasła) i poproś obsługę platformy o usunięcie tego sposobu logowania.",
    "fact.provider": "Dostawca",
    "confirm_email_change.subject": "Potwierdź nowy adres e-mail",
    "confirm_email_change.before": "ten adres ma się stać adresem Twojego konta. Potwierdź go, a odtąd będziesz się"
    " nim logować.",
    "confirm_email_change.link": "Potwierdź nowy adres",
    "confirm_email_change.after": "Link działa raz, najpóźniej {until}. Jeśli tego nie chcesz, zignoruj tę wiadomość:"
    " nic się nie zmieni.",
    "email_change_taken.subject": "Ktoś chciał użyć Twojego adresu",
    "email_change_taken.before": "ktoś chce użyć tego adresu do innego konta. Adres pozostaje Twój, bo masz już na"
    " niego konto.",
    "email_change_taken.link": "Otwórz platformę",
    "email_change_taken.after": "Jeśli to Ty: zaloguj się tym adresem na to konto albo najpierw je usuń. Jeśli nie,"
    " nie musisz nic robić.",
    "email_change_requested.subject": "Nowy adres Twojego konta?",
    "email_change_requested.before": "na Twoim koncie poproszono o zmianę adresu e-mail. Nowy adres zacznie"
    " obowiązywać, gdy zostanie potwierdzony.",
    "email_change_requested.link": "Ustaw nowe hasło",
    "email_change_requested.after": "Jeśli to Ty, nie musisz tu nic robić. Jeśli nie, ktoś inny korzysta z Twojego"
    " konta: ustaw nowe hasło. To przerwie zmianę i wyloguje wszystkich.",
    "email_changed.subject": "Zmiana adresu Twojego konta",
    "email_changed.before": "Twoje konto ma teraz inny adres e-mail. Ten adres nie służy już do logowania.",
    "email_changed.link": "Cofnij zmianę",
    "email_changed.after": "Jeśli to Ty, nie musisz nic robić. Jeśli nie, cofnij ją najpóźniej {until}. Twoje konto"
    " odzyska ten adres i dostanie nowe hasło, a wszyscy zostaną wylogowani.",
    "email_change_revoked.subject": "Cofnięto zmianę adresu",
    "email_change_revoked.before": "zmianę adresu e-mail Twojego konta cofnięto z poprzedniego adresu. Ten adres nie"
    " służy już do logowania.",
    "email_change_revoked.link": "Otwórz platformę",
    "email_change_revoked.after": "Jeśli to Twoje konto, a to nie Ty, napisz do prowadzących platformę.",
    "fact.new_address": "Nowy adres",
    "email_change.title": "Zmiana adresu e-mail",
    "email_change.question": "Czy {new} ma być adresem Twojego konta? Inne urządzenia zostaną wtedy wylogowane.",
    "email_change.button": "Potwierdź adres",
    "email_change.done": "Gotowe. Od teraz logujesz się adresem {new}.",
    "email_revocation.title": "Cofnięcie zmiany adresu",
    "email_revocation.question": "Twoje konto odzyska adres {old} i dostanie nowe hasło. Wszystkie urządzenia"
    " zostaną wylogowane.",
    "email_revocation.password": "Nowe hasło",
    "email_revocation.button": "Cofnij zmianę",
    "email_revocation.done": "Gotowe. Zaloguj się adresem {old} i nowym hasłem.",
    "account_suspended.subject": "Twoje konto zostało zawieszone",
    "account_suspended.before": "Twoje konto zostało zawieszone. Nie możesz się zalogować, a Twoje nadchodzące zajęcia"
    " zostały odwołane.",
    "account_suspended.link": "Otwórz platformę",
    "account_suspended.after": "Jeśli uważasz, że to pomyłka, napisz do obsługi platformy.",
    "fact.cancelled_sessions": "Odwołane zajęcia",
    "suspension_lifted.subject": "Twoje konto znów działa",
    "suspension_lifted.before": "Twoje konto nie jest już zawieszone. Zajęcia, które zostały odwołane, nie wracają.",
    "suspension_lifted.link": "Zaloguj się",
    "suspension_lifted.after": "Dziękujemy za cierpliwość.",
    "tutor_incomplete.subject": "Uzupełnij swoją ofertę",
    "tutor_incomplete.before": "uczniowie nie mogą się jeszcze u Ciebie zapisywać, bo w Twojej ofercie brakuje:",
    "tutor_incomplete.link": "Uzupełnij ofertę",
    "tutor_incomplete.after": "Do tego czasu jesteś na końcu wyników wyszukiwania. Umówione zajęcia się odbędą.",
    "missing.price": "Cena",
    "missing.price.how": "stawka za godzinę albo informacja, że uczysz za darmo",
    "missing.subject": "Przedmiot",
    "missing.subject.how": "przynajmniej jeden",
    "missing.form": "Forma zajęć",
    "missing.form.how": "online lub stacjonarnie",
    "missing.kind": "Rodzaj zajęć",
    "missing.kind.how": "indywidualne lub grupowe",
}
