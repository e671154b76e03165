"""Tools with no word of the tutoring business in them."""
