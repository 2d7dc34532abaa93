"""Screen 04, Verifikasi."""
