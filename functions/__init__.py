"""The features, one vertical slice a folder. No feature imports another."""
