"""What several features must agree on."""
