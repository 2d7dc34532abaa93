"""Numbered steps from every older server database to today's; they never import today's tables."""
