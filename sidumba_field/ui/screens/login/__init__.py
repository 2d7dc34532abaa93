"""Screens 10 and 10b, Masuk and set-up."""
