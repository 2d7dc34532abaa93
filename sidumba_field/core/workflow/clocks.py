"""Time standards of an SOP step ("20 menit", "1 hari kerja"): parsed, compared, never a lock (workflows.md "clock")."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SHAPE = re.compile(r"^(\d+) (menit|jam|hari kerja|bulan)$")
#: Not a length of time but a reference to the data set's own schedule (Satu Data step 4).
SCHEDULE = "jadwal pemutakhiran"


@dataclass(frozen=True, slots=True)
class TimeStandard:
    """``amount`` of ``unit`` (menit, jam, hari kerja, bulan); unit "jadwal" = the data set's own calendar."""

    amount: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> TimeStandard | None:
        """Read a clock cell of workflows.csv; "" is None. Raise ``ValueError`` on anything else unknown."""
        text = text.strip()
        if not text:
            return None
        if text == SCHEDULE:
            return cls(0, "jadwal")
        found = _SHAPE.match(text)
        if found is None:
            raise ValueError(f"not a time standard: {text!r}")
        return cls(int(found.group(1)), found.group(2))

    @property
    def minutes(self) -> int | None:
        """Return the standard in office minutes where it is one (menit, jam), else None."""
        return {"menit": self.amount, "jam": self.amount * 60}.get(self.unit)
