"""General tools, independent of the tutoring domain."""
