"""The staff's desk: finding and suspending people, and the audit trail."""
