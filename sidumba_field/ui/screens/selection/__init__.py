"""Pilah berkas."""
