"""Beranda of every role and Dasbor: figures, what waits, what needs a hand."""
