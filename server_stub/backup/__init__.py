"""Backups: one encrypted file of everything, restored elsewhere whole or not at all, and proven before it counts."""
