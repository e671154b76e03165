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
    "password_changed.after": "If it was not you, set a new password at once: request a link on the sign-in page.",
    "new_device.subject": "New sign-in",
    "new_device.before": "Somebody signed in to your account from a new device.",
    "new_device.link": "Open the platform",
    "new_device.after": "If it was you, you need not do anything. If not, set a new password at once: request a link"
    " on the sign-in page. This signs out all devices.",
    "authenticator_app_added.subject": "Authenticator app added",
    "authenticator_app_added.before": "An authenticator app was added to your account: signing in now requires a"
    " code from it.",
    "authenticator_app_added.link": "Open the platform",
    "authenticator_app_added.after": "If it was not you, somebody knows your password: set a new one at once by"
    " requesting a link on the sign-in page, and write to the platform's staff.",
    "passkey_added.subject": "Passkey added",
    "passkey_added.before": "A passkey was added to your account. It can be used to sign in, after the password or"
    " alone.",
    "passkey_added.link": "Open the platform",
    "passkey_added.after": "If it was not you, somebody knows your password: set a new one at once by requesting a"
    " link on the sign-in page, and write to the platform's staff.",
    "passkey_removed.subject": "Passkey removed",
    "passkey_removed.before": "A passkey was removed from your account and can no longer be used to sign in.",
    "passkey_removed.link": "Open the platform",
    "passkey_removed.after": "If it was not you, set a new password at once: request a link on the sign-in page."
    " This signs out all devices.",
    "second_factor_turned_off.subject": "Second factor turned off",
    "second_factor_turned_off.before": "Your password alone signs you in to your account again: its second factor"
    " and recovery codes were removed.",
    "second_factor_turned_off.link": "Open the platform",
    "second_factor_turned_off.after": "If it was not you, set a new password at once: request a link on the sign-in"
    " page. This signs out all devices.",
    "recovery_codes_replaced.subject": "New recovery codes",
    "recovery_codes_replaced.before": "New recovery codes were created for your account. The previous ones no longer"
    " work.",
    "recovery_codes_replaced.link": "Open the platform",
    "recovery_codes_replaced.after": "If it was not you, set a new password at once: request a link on the sign-in"
    " page. This signs out all devices.",
    "recovery_code_used.subject": "Recovery code used",
    "recovery_code_used.before": "Somebody signed in to your account with your password and one of your recovery"
    " codes, which no longer works.",
    "recovery_code_used.link": "Open the platform",
    "recovery_code_used.after": "If it was you, you need not do anything, except get new codes when few are left. If"
    " not, set a new password at once: request a link on the sign-in page.",
    "fact.device": "Device",
    "fact.address": "IP address",
    "identity_linked.subject": "A new way to sign in to your account",
    "identity_linked.before": "From now on you can also sign in to your account with this provider.",
    "identity_linked.link": "Open the platform",
    "identity_linked.after": "If it was not you, somebody knows your password: set a new one at once (request a link"
    " on the sign-in page), and ask the platform's staff to remove this way to sign in.",
    "fact.provider": "Provider",
    "confirm_email_change.subject": "Confirm your new e-mail address",
    "confirm_email_change.before": "This address was requested as the new e-mail address of your account. Confirm it"
    " to sign in with it from then on.",
    "confirm_email_change.link": "Confirm the new address",
    "confirm_email_change.after": "The link works once, until {until}. If you do not want this, ignore this message:"
    " nothing changes.",
    "email_change_taken.subject": "Your address was requested",
    "email_change_taken.before": "Somebody wants to use this address for another account. It stays yours, because"
    " you have an account with it.",
    "email_change_taken.link": "Open the platform",
    "email_change_taken.after": "If it was you, sign in to this account with the address, or delete this account"
    " first. If not, you need not do anything.",
    "email_change_requested.subject": "Change of your account's address requested",
    "email_change_requested.before": "A change of your account's e-mail address was requested. It takes effect once"
    " it is confirmed from the new address.",
    "email_change_requested.link": "Set a new password",
    "email_change_requested.after": "If it was you, you need not do anything here. If not, somebody else has access"
    " to your account: set a new password. That cancels the change and signs out all devices.",
    "email_changed.subject": "The address of your account was changed",
    "email_changed.before": "Your account now has another e-mail address. This one can no longer be used to sign in.",
    "email_changed.link": "Undo the change",
    "email_changed.after": "If it was you, you need not do anything. If not, undo it by {until}: your account gets"
    " this address again and a new password, and all devices are signed out.",
    "email_change_revoked.subject": "A change of address was undone",
    "email_change_revoked.before": "The change of your account's e-mail address was undone from the previous"
    " address. This one can no longer be used to sign in.",
    "email_change_revoked.link": "Open the platform",
    "email_change_revoked.after": "If the account is yours and it was not you, write to the platform's operator.",
    "fact.new_address": "New address",
    "email_change.title": "Changing your e-mail address",
    "email_change.question": "Use {new} as the address of your account? Your other devices will be signed out.",
    "email_change.button": "Confirm the address",
    "email_change.done": "Done. From now on you sign in with {new}.",
    "email_revocation.title": "Undoing a change of address",
    "email_revocation.question": "Your account will get the address {old} again, and a new password. All devices"
    " will be signed out.",
    "email_revocation.password": "New password",
    "email_revocation.button": "Undo the change",
    "email_revocation.done": "Done. Sign in with {old} and the new password.",
    "account_suspended.subject": "Your account was suspended",
    "account_suspended.before": "Your account was suspended. You cannot sign in, and your upcoming sessions were"
    " cancelled.",
    "account_suspended.link": "Open the platform",
    "account_suspended.after": "If you think that this is a mistake, write to the platform's staff.",
    "fact.cancelled_sessions": "Cancelled sessions",
    "suspension_lifted.subject": "Your account is active again",
    "suspension_lifted.before": "Your account is no longer suspended. Cancelled sessions stay cancelled.",
    "suspension_lifted.link": "Sign in",
    "suspension_lifted.after": "Thank you for your patience.",
    "tutor_incomplete.subject": "Complete your offer",
    "tutor_incomplete.before": "Students cannot book you yet. Your offer is missing:",
    "tutor_incomplete.link": "Complete the offer",
    "tutor_incomplete.after": "Until then you come last in search results. Booked sessions are not affected.",
    "missing.price": "Price",
    "missing.price.how": "an hourly rate, or that you teach for free",
    "missing.subject": "Subject",
    "missing.subject.how": "at least one",
    "missing.form": "Form of sessions",
    "missing.form.how": "online or in person",
    "missing.kind": "Kind of sessions",
    "missing.kind.how": "individual students or groups",
}
