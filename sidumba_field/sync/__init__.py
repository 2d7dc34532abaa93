"""Carries operations between laptop and server in named stages, safe to repeat at any point."""
