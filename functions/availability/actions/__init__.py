"""What changes or reads a tutor's time, one use case a module."""
