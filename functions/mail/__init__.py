"""Sends what stands in the outbox: by SES, by SMTP, or into a folder."""
