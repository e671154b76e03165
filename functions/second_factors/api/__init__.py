"""HTTP endpoints of second factors."""
