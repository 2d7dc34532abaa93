"""Re-opening a window that locked itself with a PIN: chosen once, kept encrypted, armed by a passphrase.

Owns which person's keys are parked in memory. Only one person's are: whoever sat down last. They are gone with the
process, with the fifth wrong PIN, at the end of the lease, and as soon as somebody opens with a passphrase.
"""

from __future__ import annotations

import hmac

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import parse_iso
from sidumba_field.seal.pin import Parked, PinKey
from sidumba_field.seal.slots import KEY_BYTES
from sidumba_field.services.desk import Desk, Seat

#: Row of the encrypted database that holds a person's derived PIN key.
_ROW = "pin/{user}"


class Reopening:
    """Helper of ``SessionService``."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._parked: Parked | None = None
        self._lease_until = ""

    def has_pin(self, seat: Seat) -> bool:
        """Tell whether the seated person chose a PIN on this laptop."""
        return self._known(seat) is not None

    def _known(self, seat: Seat) -> PinKey | None:
        return PinKey.from_text(seat.store.meta.get(_ROW.format(user=seat.user.user_id)) or "")

    def choose(self, passphrase: str, pin: str) -> None:
        """Set the seated person's PIN; the passphrase is asked so that nobody sets one on a laptop left open.

        Raises ``auth.wrong_passphrase``, ``auth.weak_pin``.
        """
        seat = self.desk.seat()
        if not hmac.compare_digest(seat.passphrase.encode(), passphrase.encode()):
            raise SidumbaError("auth.wrong_passphrase")
        seat.store.meta.set(_ROW.format(user=seat.user.user_id), PinKey.of(pin).text())

    def forget(self) -> None:
        """Take the seated person's PIN away: from now on the passphrase is asked every time."""
        seat = self.desk.seat()
        seat.store.meta.set(_ROW.format(user=seat.user.user_id), "")

    def park(self, seat: Seat) -> None:
        """Wrap the keys of somebody who gets up and has a PIN; whoever was parked before is dropped."""
        self.drop()
        pin = self._known(seat)
        if pin is not None and not self.desk.lease_over:
            plain = seat.data_key + seat.key.secret + seat.passphrase.encode()
            self._parked = Parked(seat.user.user_id, pin, plain)
            self._lease_until = seat.user.lease_until

    def drop(self) -> None:
        """Forget what is parked: the passphrase is asked again."""
        self._parked, self._lease_until = None, ""

    def waits_for(self, user_id: str) -> bool:
        """Tell whether a PIN would open for this person now."""
        if self._lease_until and parse_iso(self._lease_until) <= self.desk.clock.now():
            self.drop()
        return self._parked is not None and self._parked.user_id == user_id

    def open(self, user_id: str, pin: str) -> tuple[bytes, bytes, str]:
        """Return (data key, user secret, passphrase) and keep nothing; raise ``auth.wrong_pin``, ``auth.pin_spent``."""
        if self._parked is None or not self.waits_for(user_id):
            raise SidumbaError("auth.pin_spent")
        try:
            plain = self._parked.open(pin)
        except SidumbaError as refused:
            if refused.code == "auth.pin_spent":
                self.drop()
            raise
        return plain[:KEY_BYTES], plain[KEY_BYTES : 2 * KEY_BYTES], plain[2 * KEY_BYTES :].decode()
