"""Which files wait for a stick instead of going over the line: by a word about one, or by a rule over sizes."""

from __future__ import annotations

import sqlalchemy as sa

from sidumba_field.store.small import read_meta
from sidumba_field.store.tables import FILE
from sidumba_field.store.values import Carry

#: Meta key: files of more than so many bytes go by stick; "" or "0" = there is no such rule.
USB_OVER = "files/usb_over"


def usb_over(connection: sa.Connection) -> int:
    """Return the rule's limit in bytes, 0 when there is none."""
    return int(read_meta(connection, USB_OVER) or 0)


def by_stick(connection: sa.Connection) -> sa.ColumnElement[bool]:
    """Return the condition on table ``file`` that is true for what is kept for the stick."""
    said = FILE.c.carry == Carry.USB.value
    limit = usb_over(connection)
    if not limit:
        return said
    return sa.or_(said, sa.and_(FILE.c.carry == Carry.RULE.value, FILE.c.size > limit))
