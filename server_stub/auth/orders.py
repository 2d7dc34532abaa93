"""Gives laptops their state: signs the order, numbers it, and changes what the gate lets them do."""

from __future__ import annotations

from server_stub.auth.keys import ServerKeys
from server_stub.store.database import Database
from server_stub.store.devices import DeviceState
from server_stub.store.orders import Order
from server_stub.store.work import Work
from sidumba_field.core.time import Clock, iso
from sidumba_field.wire.messages import OrderMessage


def message(order: Order) -> OrderMessage:
    """Return an order as it travels, over the network or on a stick."""
    return OrderMessage(**{name: getattr(order, name) for name in Order.__slots__})


def give(
    database: Database, keys: ServerKeys, clock: Clock, device: str, state: DeviceState, reason: str = ""
) -> Order | None:
    """Put a laptop into ``state`` and sign the order that tells it so; None when nobody knows the laptop.

    The same state again is a new order with a new number: a stick that was lost can be written anew.
    """

    def given(work: Work) -> Order | None:
        if work.devices.lock(device) is None:
            return None
        unsigned = OrderMessage(
            device=device,
            number=work.orders.next_number(device),
            word=state.value,
            at=iso(clock.now()),
            reason=reason,
        )
        sig = keys.signing.sign(unsigned.signed_bytes())
        order = Order(device, unsigned.number, unsigned.word, unsigned.at, unsigned.reason, sig)
        work.orders.add(order)
        work.devices.set_state(device, state)
        return order

    return database.attempt(given)
