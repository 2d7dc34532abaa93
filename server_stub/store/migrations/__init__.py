"""Numbered steps of the server's schema, run by Alembic; each stands alone and never imports today's tables."""
