"""Long runs, for a night or before a release."""
