"""Looking after the laptop: notices, what does not get through, safe copies, leaving, a laptop from a copy."""
