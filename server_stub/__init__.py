"""The central server. "stub" is only its historical folder name: it is a real server."""
