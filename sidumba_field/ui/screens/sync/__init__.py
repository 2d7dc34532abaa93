"""Screens 06 and 06b, Sinkronisasi."""
