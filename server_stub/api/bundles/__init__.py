"""Bundles from sticks: taken in exactly as pushes and uploads of their laptop, answered by a sealed reply."""
