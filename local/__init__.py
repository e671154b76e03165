"""The local server, one process: all features, a WebSocket gateway emulator, embedded engines, demo data."""
