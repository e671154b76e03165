"""The staff's desk: finding people, keeping them away, and the audit trail."""
