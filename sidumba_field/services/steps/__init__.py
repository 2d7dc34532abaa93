"""Use cases of the steps beside typing and judging: piles, ready texts, periods."""
