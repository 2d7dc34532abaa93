"""What a screen shows, as plain state and QtCore signals."""
