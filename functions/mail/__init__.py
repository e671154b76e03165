"""Sends the mails in the outbox: by SES, by SMTP, or into a folder."""
