"""One-time passwords, recovery codes and errors."""
