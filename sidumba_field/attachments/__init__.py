"""Content-addressed files: SHA-256 names, atomic writes, chunk arithmetic, scan shrinking."""
