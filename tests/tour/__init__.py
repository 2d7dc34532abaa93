"""The tour: a whole SOP with a real server process and real windows, without a display (``run.py tour``)."""
