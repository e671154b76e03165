"""What mails about accounts say in English; `shared.texts.english` has them with all others."""

ACCOUNT_MAILS = {
    "confirm.subject": "Confirm your e-mail address",
    "confirm.before": "Thank you for creating an account. Confirm your e-mail address to sign in.",
    "confirm.link": "Confirm e-mail address",
    "confirm.after": "The link is valid for {days} days. If you did not create an account, ignore this message.",
    "confirm.aside": "Did somebody else create an account with your address, and you want to use it? Set a password of"
    " your own instead of confirming: theirs stops working, and their devices are signed out.",
    "fact.registered_as": "Registered as",
    "reset.subject": "Reset your password",
    "reset.before": "We were asked to change the password of your account. Set a new password here:",
    "reset.link": "Set a new password",
    "reset.after": "The link is valid for {minutes} minutes and works once. If you did not ask for it, ignore this"
    " message; your password stays as it is.",
    "password_changed.subject": "Your password was changed",
    "password_changed.before": "The password of your account was changed. Other devices were signed out.",
    "password_changed.link": "Open the platform",
    "password_changed.after": "If it was not you, set a new password at once: ask for a link to change it on the"
    " sign-in page.",
    "new_device.subject": "New sign-in",
    "new_device.before": "Somebody signed in to your account from a device that nobody has used for it before.",
    "new_device.link": "Open the platform",
    "new_device.after": "If it was you, there is nothing to do. If not, set a new password at once: ask for a link on"
    " the sign-in page. All devices are signed out then.",
    "authenticator_app_added.subject": "Authenticator app added",
    "authenticator_app_added.before": "An authenticator app was added to your account: signing in takes a code of it"
    " now.",
    "authenticator_app_added.link": "Open the platform",
    "authenticator_app_added.after": "If it was not you, somebody knows your password: set a new one at once, by a"
    " link from the sign-in page, and write to the platform's staff.",
    "passkey_added.subject": "Passkey added",
    "passkey_added.before": "A passkey was added to your account: with it one signs in, after the password or alone.",
    "passkey_added.link": "Open the platform",
    "passkey_added.after": "If it was not you, somebody knows your password: set a new one at once, by a link from the"
    " sign-in page, and write to the platform's staff.",
    "passkey_removed.subject": "Passkey removed",
    "passkey_removed.before": "A passkey was removed from your account: nobody signs in with it any more.",
    "passkey_removed.link": "Open the platform",
    "passkey_removed.after": "If it was not you, set a new password at once: ask for a link on the sign-in page."
    " All devices are signed out then.",
    "second_factor_turned_off.subject": "Second factor turned off",
    "second_factor_turned_off.before": "Signing in to your account takes your password alone again: its second"
    " factor and"
    " its recovery codes were removed.",
    "second_factor_turned_off.link": "Open the platform",
    "second_factor_turned_off.after": "If it was not you, set a new password at once: ask for a link on the sign-in"
    " page."
    " All devices are signed out then.",
    "recovery_codes_replaced.subject": "New recovery codes",
    "recovery_codes_replaced.before": "Your account got new recovery codes. Those you had before are void.",
    "recovery_codes_replaced.link": "Open the platform",
    "recovery_codes_replaced.after": "If it was not you, set a new password at once: ask for a link on the sign-in"
    " page."
    " All devices are signed out then.",
    "recovery_code_used.subject": "Recovery code used",
    "recovery_code_used.before": "Somebody signed in to your account with your password and one of your recovery codes,"
    " which is void now.",
    "recovery_code_used.link": "Open the platform",
    "recovery_code_used.after": "If it was you, there is nothing to do; when few codes are left, get new ones. If"
    " not, set a"
    " new password at once: ask for a link on the sign-in page.",
    "fact.device": "Device",
    "fact.address": "IP address",
    "identity_linked.subject": "A new way to sign in to your account",
    "identity_linked.before": "From now on your account can also be signed in to with this provider.",
    "identity_linked.link": "Open the platform",
    "identity_linked.after": "If it was not you, somebody knows your password: set a new one at once (ask for a link on"
    " the sign-in page), and ask the platform's staff to remove this way to sign in.",
    "fact.provider": "Provider",
    "confirm_email_change.subject": "Confirm your new e-mail address",
    "confirm_email_change.before": "This is to become the e-mail address of your account. Confirm it, and sign in"
    " with it from then on.",
    "confirm_email_change.link": "Confirm the new address",
    "confirm_email_change.after": "The link works once, until {until}. If you do not want this, ignore this message:"
    " nothing changes.",
    "email_change_taken.subject": "Your address was asked for",
    "email_change_taken.before": "Somebody wants this address for another account. It stays yours, as you have an"
    " account with it.",
    "email_change_taken.link": "Open the platform",
    "email_change_taken.after": "If it was you: sign in to this account with the address, or delete this account"
    " first. If not, there is nothing to do.",
    "email_change_requested.subject": "A new address for your account?",
    "email_change_requested.before": "Another e-mail address was asked for in your account. It counts once it is"
    " confirmed from there.",
    "email_change_requested.link": "Set a new password",
    "email_change_requested.after": "If it was you, there is nothing to do here. If not, somebody else is in your"
    " account: set a new password. That ends the change, and signs everybody out.",
    "email_changed.subject": "The address of your account was changed",
    "email_changed.before": "Your account has another e-mail address now. This one is no longer used to sign in.",
    "email_changed.link": "Take the change back",
    "email_changed.after": "If it was you, there is nothing to do. If not, take it back until {until}: your account"
    " gets this address again and a new password, and everybody is signed out.",
    "email_change_revoked.subject": "A change of address was taken back",
    "email_change_revoked.before": "The change of the e-mail address of your account was taken back from the address"
    " before. This one is no longer used to sign in.",
    "email_change_revoked.link": "Open the platform",
    "email_change_revoked.after": "If you are the owner of the account and it was not you, write to those who run"
    " the platform.",
    "fact.new_address": "New address",
    "email_change.title": "Changing your e-mail address",
    "email_change.question": "Shall {new} be the address of your account? Other devices are signed out then.",
    "email_change.button": "Confirm the address",
    "email_change.done": "Done. From now on you sign in with {new}.",
    "email_revocation.title": "Taking a change of address back",
    "email_revocation.question": "Your account gets the address {old} again, and a new password. All devices are"
    " signed out.",
    "email_revocation.password": "New password",
    "email_revocation.button": "Take it back",
    "email_revocation.done": "Done. Sign in with {old} and the new password.",
    "account_suspended.subject": "Your account was suspended",
    "account_suspended.before": "Your account was suspended. You cannot sign in, and your sessions to come were"
    " cancelled.",
    "account_suspended.link": "Open the platform",
    "account_suspended.after": "If you think that this is a mistake, write to the platform's staff.",
    "fact.cancelled_sessions": "Cancelled sessions",
    "suspension_lifted.subject": "Your account works again",
    "suspension_lifted.before": "Your account is no longer suspended. Sessions that were cancelled do not come back.",
    "suspension_lifted.link": "Sign in",
    "suspension_lifted.after": "Thank you for your patience.",
    "tutor_incomplete.subject": "Complete your offer",
    "tutor_incomplete.before": "Students cannot book you yet: your offer lacks:",
    "tutor_incomplete.link": "Complete the offer",
    "tutor_incomplete.after": "Until then you come last in search results. Sessions that are booked stay as they are.",
    "missing.price": "Price",
    "missing.price.how": "an hourly rate, or that you teach for nothing",
    "missing.subject": "Subject",
    "missing.subject.how": "at least one",
    "missing.form": "Form of sessions",
    "missing.form.how": "online or in person",
    "missing.kind": "Kind of sessions",
    "missing.kind.how": "single students or groups",
}
