"""Numbered steps from every older laptop database to today's; they never import today's tables."""
