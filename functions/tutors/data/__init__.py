"""Every statement of the feature."""
