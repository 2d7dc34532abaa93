"""Screen 09, Dasbor."""
