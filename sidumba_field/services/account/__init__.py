"""Use cases of people on a laptop: set-up, Masuk, PIN, delegations."""
