"""Who is notified of what, what clients may ask for, and why it may be refused."""
