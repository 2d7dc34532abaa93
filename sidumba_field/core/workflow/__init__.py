"""The table-driven machine that takes every record through its SOP; the same code judges on laptop and server."""

from __future__ import annotations

from sidumba_field.core.workflow.clocks import TimeStandard, WorkCalendar, due, spent
from sidumba_field.core.workflow.guards import COMMON_GUARDS, Situation, holds
from sidumba_field.core.workflow.machine import Request, Transition, Verdict, Workflow
from sidumba_field.core.workflow.roles import Actor, Grant, roles_for

__all__ = [
    "COMMON_GUARDS",
    "Actor",
    "Grant",
    "Request",
    "Situation",
    "TimeStandard",
    "Transition",
    "Verdict",
    "WorkCalendar",
    "Workflow",
    "due",
    "holds",
    "roles_for",
    "spent",
]
