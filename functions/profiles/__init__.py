"""The profile of an account and its picture."""
