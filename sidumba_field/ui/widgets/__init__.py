"""Widgets: the parts every screen is made of (design/UI.md section 5).

Owns look, keyboard behaviour and accessible names of single parts. They know tokens and words, no services:
values come in by setters and leave by signals. Import from the module of the part.
"""
