"""Who is notified of what, request bodies, and errors."""
