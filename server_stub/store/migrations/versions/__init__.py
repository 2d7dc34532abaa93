"""The steps themselves, oldest first. A released step is never edited."""
