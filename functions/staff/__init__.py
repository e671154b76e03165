"""The staff desk: finding and suspending people, and the audit trail."""
