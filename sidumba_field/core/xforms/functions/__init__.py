"""The ODK function library, one file per family: each function takes the lxml context and plain XPath values.

``REGISTRY`` maps the name written in forms to its function; a family file adds to it with ``@odk("name")``.
What is not here and not in ``NATIVE`` is no function of the dialect, and the form that uses it is refused by name.
Source: docs.getodk.org/form-operators-functions, ODK XForms specification; where engines differ, JavaRosa counts.
"""

from __future__ import annotations

from sidumba_field.core.xforms.functions import dates, logic, misc, nodes, numbers, ours, selects, strings
from sidumba_field.core.xforms.functions.registry import REGISTRY, Function, odk

#: Functions of XPath 1.0 whose native meaning is also ODK's: libxml2 runs them in C.
NATIVE: frozenset[str] = frozenset(
    "last count name local-name namespace-uri starts-with contains substring-before substring-after substring "
    "normalize-space translate true false not floor ceiling lang id string-length".split()
)

#: Functions whose result is a number on every path: their results need no conversion before arithmetic.
NUMERIC: frozenset[str] = frozenset(
    "number int round sum count position last floor ceiling string-length decimal-date-time decimal-time "
    "count-selected count-non-empty min max pow abs sqrt exp exp10 log log10 sin cos tan asin acos atan atan2 pi "
    "random area distance sf:age".split()
)

__all__ = [
    "NATIVE",
    "NUMERIC",
    "REGISTRY",
    "Function",
    "dates",
    "logic",
    "misc",
    "nodes",
    "numbers",
    "odk",
    "ours",
    "selects",
    "strings",
]
