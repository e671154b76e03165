"""`make backup` and `make restore`: database, pictures and keys in one archive."""
