"""Every statement of second factors."""
