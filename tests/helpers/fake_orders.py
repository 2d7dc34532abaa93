"""services.orders for windows in tests: the order that is pending, and that it was obeyed."""

from __future__ import annotations

from typing import Any

from sidumba_field.services.account.emptied import Emptied


class FakeOrders:
    """``word``: what the district wants; obeying empties the laptop of the fake session."""

    def __init__(self, office: Any, session: Any) -> None:
        self.office, self.session = office, session
        self.word = ""

    def pending(self) -> str:
        return self.word

    def obey(self, *_: Any) -> Emptied:
        self.office.note("obey")
        self.office.who = None
        self.session.activated = False
        self.session.wiped = "Laptop ini sudah dikosongkan atas perintah kabupaten."
        return Emptied("", 1, "", "", "kirim.sidumba", 0, 0)
