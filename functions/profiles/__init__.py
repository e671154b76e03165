"""The own profile and its picture."""
