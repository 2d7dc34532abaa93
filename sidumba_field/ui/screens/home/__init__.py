"""Screens 01 and 01b, Beranda."""
