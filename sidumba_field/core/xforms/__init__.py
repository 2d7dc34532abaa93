"""The form engine: definition, instance, XPath and its functions, binds, repeats, violations as values."""
