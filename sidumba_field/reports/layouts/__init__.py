"""One module per KIND of paper; which paper a program prints stands in its folder, not here."""
