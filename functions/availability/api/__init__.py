"""The HTTP endpoints: routes and response bodies."""
