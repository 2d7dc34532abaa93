"""Use cases without a window; each returns what it changed."""
