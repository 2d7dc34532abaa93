"""Screen 02, Isi formulir."""
