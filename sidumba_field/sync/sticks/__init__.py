"""Work and answers by stick: what is put on one, what a reply brings home, how a bundle is carried for somebody else.

A bundle holds what the line would have carried, and is taken by the very functions that take the line's replies.
"""

from __future__ import annotations

from sidumba_field.sync.sticks.carrying import Carried, ask_carried, fetch_carried, send_carried
from sidumba_field.sync.sticks.export import Exported, export
from sidumba_field.sync.sticks.planning import StickPlan, plan
from sidumba_field.sync.sticks.standing import Standing, judge
from sidumba_field.sync.sticks.taking import ReplyTaken, import_reply

__all__ = [
    "Carried",
    "Exported",
    "ReplyTaken",
    "Standing",
    "StickPlan",
    "ask_carried",
    "export",
    "fetch_carried",
    "import_reply",
    "judge",
    "plan",
    "send_carried",
]
