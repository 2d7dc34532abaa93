"""Screen 03, Daftar data."""
