"""Issues that people report to staff about the platform itself, and the answers."""
