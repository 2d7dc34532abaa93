"""The window: the only room that knows PySide6.

Owns screens, widgets, view models and the theme. It speaks to the services and to the words, shows core values,
and never touches a database, a wire message or the network itself.
"""

from __future__ import annotations
