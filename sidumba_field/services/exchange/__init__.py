"""Use cases of sending and fetching: what waits, what went, form versions."""
