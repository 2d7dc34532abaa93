"""What a button may start: one module per noun."""
