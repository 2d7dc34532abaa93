"""Terbilang for the words of papers and screens; the spelling itself is ``core/terbilang.py``, because forms speak it
too (``sf:terbilang``).
"""

from __future__ import annotations

from sidumba_field.core.terbilang import LIMIT, rupiah, terbilang

__all__ = ["LIMIT", "rupiah", "terbilang"]
