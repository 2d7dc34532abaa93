"""Frozen snapshots become reports, the open data portal and its catalogues."""
