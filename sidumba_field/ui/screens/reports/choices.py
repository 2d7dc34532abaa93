"""The choices of Laporan: which paper, its content and sheet, who signs, and what is not checked yet.

Every change is handed on at once; the preview follows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from sidumba_field.services.papers.views import PaperOptions
from sidumba_field.ui.screens.parts import Ground, Rule, scroll
from sidumba_field.ui.screens.reports.preview import words
from sidumba_field.ui.viewmodels.reports import ReportsModel
from sidumba_field.ui.widgets.banner import Banner
from sidumba_field.ui.widgets.choices import ChoicePills
from sidumba_field.ui.widgets.code_fields import DateField
from sidumba_field.ui.widgets.drop import DropField
from sidumba_field.ui.widgets.field_base import FieldState
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.lookup import LookupField
from sidumba_field.ui.widgets.paper_list import PaperItem, PaperList
from sidumba_field.ui.widgets.text_fields import TextField

LABELS = 79
ROWS = ("subject", "place", "period", "day", "size", "way", "nik", "audience", "number")
SIDES = ("right", "left")


class Choices(Ground):
    """The left column. ``paper_chosen`` carries an id, ``changed`` (name of the choice, value), ``subject_wanted``
    what was typed to find one."""

    paper_chosen = Signal(str)
    changed = Signal(str, object)
    check_wanted = Signal()
    subject_wanted = Signal(str)

    def __init__(self, model: ReportsModel, today: Callable[[], date], parent: QWidget | None = None) -> None:
        super().__init__("bg.app", "right", parent)
        self._model, self._today = model, today
        self._showing = False
        self.list = PaperList(words("kinds"))
        self._fields: dict[str, QWidget] = self._build()
        self._labels: dict[str, Label] = {}
        self._day_note = Label("", "small", "vermilion", wrap=True)
        self._warning = Banner("amber", "", action=words("check"))
        self._content_title, self._signers_title = _title("content"), _title("signers")
        self._lay_out()
        self._connect()

    def field(self, name: str) -> QWidget:
        """The field of one choice."""
        return self._fields[name]

    # -- building

    def _build(self) -> dict[str, QWidget]:
        def named(name: str) -> str:
            return words(f"choice.{name}")

        found: dict[str, QWidget] = {
            # One of perhaps 100,000 records: what is typed is looked for where the records are.
            "subject": LookupField(None, self._word("subjects"), named("subject"), show_codes=False),
            "place": LookupField(self._find("units"), self._word("units"), named("place"), show_codes=False),
            "period": DropField(named("period")),
            "day": DateField(named("day")),
            "size": ChoicePills([("A4", "A4"), ("F4", "F4")], name=named("size")),
            "way": ChoicePills(
                [("portrait", named("upright")), ("landscape", named("lying"))], name=named("way")
            ),
            "nik": DropField(named("nik")),
            "audience": DropField(named("audience"), [("", named("inside")), ("public", named("public"))]),
            "number": TextField(named("number")),
        }
        return found | {side: DropField(named(side)) for side in SIDES}

    def _find(self, kind: str) -> Callable[[str], list[tuple[str, str]]]:
        def search(typed: str) -> list[tuple[str, str]]:
            options = self._model.options
            listed = getattr(options, kind) if options is not None else ()
            return [pair for pair in listed if typed.lower() in pair[1].lower()]

        return search

    def _word(self, kind: str) -> Callable[[str], str | None]:
        def word(key: str) -> str | None:
            options = self._model.options
            return dict(getattr(options, kind)).get(key) if options is not None else None

        return word

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(12, 10, 7, 12)
        column.setSpacing(6)
        column.addWidget(_title("kinds"))
        column.addWidget(self.list)
        column.addSpacing(4)
        column.addWidget(Rule())
        column.addWidget(self._content_title)
        column.addLayout(self._grid(ROWS))
        column.addWidget(self._day_note)
        self._day_note.hide()
        self._line = Rule()
        column.addWidget(self._line)
        column.addWidget(self._signers_title)
        column.addLayout(self._grid(SIDES))
        column.addStretch(1)
        column.addWidget(self._warning)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 1, 0)
        outer.addWidget(scroll(body))

    def _grid(self, names: tuple[str, ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(5)
        grid.setColumnMinimumWidth(0, LABELS)
        grid.setColumnStretch(1, 1)
        for row, name in enumerate(names):
            label = self._labels[name] = Label(words(f"choice.{name}"), "body", "secondary")
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(self._fields[name], row, 1)
        return grid

    def _connect(self) -> None:
        self.list.moved.connect(self._paper)
        self._warning.acted.connect(self.check_wanted)
        model = self._model
        model.changed.connect(self._show_list)
        model.options_changed.connect(self._show)
        fields = self._fields
        fields["subject"].rows_wanted.connect(self.subject_wanted)  # type: ignore[attr-defined]
        fields["subject"].edited.connect(lambda value: self._tell("subject", value))  # type: ignore[attr-defined]
        fields["place"].edited.connect(lambda value: self._tell("unit", value))  # type: ignore[attr-defined]
        fields["period"].chosen.connect(lambda value: self._tell("period", value))  # type: ignore[attr-defined]
        fields["day"].edited.connect(self._day)  # type: ignore[attr-defined]
        fields["size"].edited.connect(lambda value: self._tell("size", value))  # type: ignore[attr-defined]
        fields["way"].edited.connect(lambda value: self._tell("orientation", value))  # type: ignore[attr-defined]
        fields["nik"].chosen.connect(lambda value: self._tell("revealed", value == "plain"))  # type: ignore[attr-defined]
        fields["audience"].chosen.connect(  # type: ignore[attr-defined]
            lambda value: self._tell("public", value == "public")
        )
        fields["number"].edited.connect(lambda value: self._tell("number", value))  # type: ignore[attr-defined]
        for side in SIDES:
            fields[side].chosen.connect(  # type: ignore[attr-defined]
                lambda value, side=side: self._tell(side, value)
            )

    # -- telling

    def offer_subjects(self, paper: str, typed: str, rows: Sequence[tuple[str, str]]) -> None:
        """What was found for ``typed``; dropped when another paper is in hand by now."""
        field = self._fields["subject"]
        assert isinstance(field, LookupField)
        if paper == self._model.paper:
            field.offer(typed, rows)

    def _paper(self, key: str) -> None:
        if not self._showing and key != self._model.paper:
            self.paper_chosen.emit(key)

    def _tell(self, name: str, value: object) -> None:
        if self._showing or (value == "" and name in ("size", "orientation", "subject")):
            return
        self.changed.emit(name, value)

    def _day(self, value: str) -> None:
        """A day that does not exist or lies ahead is told beside the field; the paper keeps the last good one."""
        field = self._fields["day"]
        assert isinstance(field, DateField)
        try:
            wrong = "future" if date.fromisoformat(value) > self._today() else ""
        except ValueError:
            wrong = "no_day"
        unfinished = wrong == "no_day" and len(value) < 10
        field.set_state(FieldState.ERROR if wrong and not unfinished else FieldState.REST)
        self._day_note.setText(words(wrong) if wrong and not unfinished else "")
        self._day_note.setVisible(bool(wrong) and not unfinished)
        if not wrong:
            self._tell("day", value)

    # -- showing

    def _show_list(self) -> None:
        self._showing = True
        self.list.set_items(
            [PaperItem(row.paper, row.label, row.icon, row.count) for row in self._model.rows]
        )
        self.list.fit()
        if self._model.paper:
            self.list.go_to(self._model.paper)
        self._showing = False

    def _show(self) -> None:
        options = self._model.options
        if options is None:
            return
        self._showing = True
        self.list.go_to(options.choice.paper)
        self._show_values(options)
        self._show_rows(options)
        self._warning.show_note("", options.warning, action=words("check") if options.warning else "")
        self._showing = False

    def _show_values(self, options: PaperOptions) -> None:
        choice, fields = options.choice, self._fields
        lists = {"period": (options.periods, choice.period)}
        plain = [("masked", words("choice.masked"))]
        if options.may_reveal:
            plain.append(("plain", words("choice.plain")))
        lists["nik"] = (tuple(plain), "plain" if choice.revealed and options.may_reveal else "masked")
        for side in SIDES:
            lists[side] = (options.officials, getattr(choice, side))
        for name, (pairs, key) in lists.items():
            field = fields[name]
            assert isinstance(field, DropField)
            field.set_options(pairs, key)
        audience = fields["audience"]
        assert isinstance(audience, DropField)
        audience.set_value("public" if choice.public else "")
        values = {"day": choice.day, "size": choice.size, "way": choice.orientation}
        values |= {"subject": choice.subject, "number": choice.number}
        for name, value in values.items():
            if not fields[name].hasFocus() or name in ("size", "way"):
                fields[name].set_value(value)  # type: ignore[attr-defined]
        place = fields["place"]
        assert isinstance(place, LookupField)
        if not place.hasFocus():
            place.set_value(choice.unit)
            if not choice.unit:
                place.setText(dict(options.units).get("", ""))
                place.setCursorPosition(0)

    def _show_rows(self, options: PaperOptions) -> None:
        shown = {
            "subject": bool(options.subjects),
            "place": len(options.units) > 1,
            "period": len(options.periods) > 1,
            "day": options.dated,
            "nik": options.personal,
            "audience": options.may_publish,
            "number": options.numbered,
            **{side: side in options.sides for side in SIDES},
        }
        for name, there in shown.items():
            self._fields[name].setVisible(there)
            self._labels[name].setVisible(there)
        self._signers_title.setVisible(bool(options.sides))
        self._line.setVisible(bool(options.sides))


def _title(key: str) -> Label:
    return Label(words(key), "small", "secondary", weight=600)
