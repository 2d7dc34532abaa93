"""The form engine: definition, instance, XPath and its functions, binds, repeats, violations as values.

``FormDefinition.from_xml(xml)`` reads a form once; ``Interview(definition, fields, ...)`` answers or judges one record.
"""

from __future__ import annotations

from sidumba_field.core.xforms.definition import FormDefinition
from sidumba_field.core.xforms.interview import Interview
from sidumba_field.core.xforms.lookup import Choice, Lookup, LookupQuery
from sidumba_field.core.xforms.parts import Item, Question, Repeat, Section, template_path
from sidumba_field.core.xforms.violations import Severity, Violation

__all__ = [
    "Choice",
    "FormDefinition",
    "Interview",
    "Item",
    "Lookup",
    "LookupQuery",
    "Question",
    "Repeat",
    "Section",
    "Severity",
    "Violation",
    "template_path",
]
