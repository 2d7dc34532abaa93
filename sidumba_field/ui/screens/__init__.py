"""The screens: each a layout over one viewmodel."""
