"""The platform as one local server: all features, a WebSocket gateway emulator, embedded engines, demo data."""
