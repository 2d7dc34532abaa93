"""Use cases of Daftar data: searching, sorting, bulk actions, export."""
