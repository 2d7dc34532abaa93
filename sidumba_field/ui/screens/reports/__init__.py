"""Screen 08, Laporan."""
