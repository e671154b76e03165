"""PostgreSQL and Valkey beside the server: how they are started, kept running and stopped."""
