"""The side rooms of Masuk: setting up a laptop or adding a person, replacing a forgotten passphrase, choosing a PIN.

Owns their fields and what is missing in them; what was typed leaves by signal and is never kept.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from sidumba_field.services.views import AccountCard, SetupBegun
from sidumba_field.ui.viewmodels.care_speech import told
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.field_base import EditField, FieldState
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.message import Message
from sidumba_field.ui.widgets.pin_field import PinField
from sidumba_field.ui.widgets.text_fields import TextField

WIDTH = 400


def secret_field(name: str) -> TextField:
    """A field whose letters are not shown."""
    field = TextField(name)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
    return field


class Pane(QWidget):
    """A column of labelled fields, one message, one button, a way back (Esc)."""

    backed = Signal()

    def __init__(self, title: str, note: str, submit: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self._busy = ""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._title = Label(title, "title")
        self._note = Label(note, "body", "secondary", wrap=True)
        self._column.addWidget(self._title)
        self._column.addWidget(self._note)
        self._column.addSpacing(10)
        self._fields: list[tuple[EditField, QWidget]] = []
        self._spared: EditField | None = None  # may stay empty
        self.message = Message()
        self.submit = Button(submit, "primary")
        self.submit.set_shortcut("Ctrl+Return")
        self.submit.clicked.connect(self.send)
        self._back = Button(tell("activation.back"), "quiet", shortcut="Escape")
        self._back.clicked.connect(self.backed)

    def add_field(self, field: EditField, label: str) -> None:
        """Add a field; Enter goes to the next, from the last it submits."""
        head = Label(label, "label")
        head.setBuddy(field)
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(3)
        column.addWidget(head)
        column.addWidget(field)
        self._column.addWidget(box)
        place = len(self._fields)
        field.committed.connect(lambda: self._onward(place))
        field.backed.connect(lambda: self._to(max(0, place - 1)))
        field.edited.connect(lambda _text: self.clear_message())
        self._fields.append((field, box))

    def finish_layout(self) -> None:
        """After the last field."""
        self._column.addWidget(self.message)
        self._column.addSpacing(6)
        self.submit.setMinimumWidth(WIDTH)
        self._column.addWidget(self.submit)
        self._beside = QVBoxLayout()
        self._column.addLayout(self._beside)
        self._column.addWidget(self._back, 0, Qt.AlignmentFlag.AlignHCenter)

    def _shown(self) -> list[EditField]:
        return [field for field, box in self._fields if not box.isHidden()]

    def _to(self, place: int) -> None:
        self._fields[place][0].setFocus(Qt.FocusReason.TabFocusReason)

    def _onward(self, place: int) -> None:
        later = [n for n in range(place + 1, len(self._fields)) if not self._fields[n][1].isHidden()]
        if later:
            self._to(later[0])
        else:
            self.send()

    def first(self) -> EditField:
        """Where the keyboard starts: the first field that is still empty."""
        return self.missing() or self._shown()[0]

    def missing(self) -> EditField | None:
        """The first empty field that must not be."""
        needed = (field for field in self._shown() if field is not self._spared)
        return next((field for field in needed if not field.value().strip()), None)

    def send(self) -> None:
        """Submit, or go to what is missing."""
        empty = self.missing()
        if empty is not None:
            empty.set_state(FieldState.ERROR)
            empty.setFocus(Qt.FocusReason.TabFocusReason)
            self.tell(tell("activation.missing", label=empty.accessibleName()))
        elif not self.submit.is_busy():
            self.hand_over()

    def hand_over(self) -> None:
        """Emit what was typed; of the pane itself."""
        raise NotImplementedError

    def tell(self, sentence: str) -> None:
        """What is wrong."""
        self.message.show_message(sentence, "error")

    def clear_message(self) -> None:
        """Typing mends."""
        self.message.show_message("")
        for field, _box in self._fields:
            field.set_state(FieldState.REST)

    def set_busy(self, text: str) -> None:
        """Words on the button while it works, "" when done."""
        self.submit.set_busy(text)

    def clear_secrets(self) -> None:
        """Nothing typed in secret outlives its use."""
        for field, _box in self._fields:
            if field.echoMode() == QLineEdit.EchoMode.Password:
                field.set_value("")


class ActivationPane(Pane):
    """First start: server, code, person, passphrase, name of the laptop. Later: one more person."""

    activate_wanted = Signal(str, str, str, str, str)
    add_wanted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "", tell("activation.submit"), parent)
        self._adding = False
        self.server = TextField(tell("activation.server"))
        self.server.setPlaceholderText("https://")
        self.code = TextField(tell("activation.code"))
        self.username = TextField(tell("activation.username"))
        self.password = secret_field(tell("activation.password"))
        self.laptop = TextField(tell("activation.laptop"))
        for field in (self.server, self.code, self.username, self.password, self.laptop):
            self.add_field(field, field.accessibleName())
        self.finish_layout()
        self.restore = Button(told("restore"), "link", icon="archive", shortcut="F4")
        self._beside.addWidget(self.restore, 0, Qt.AlignmentFlag.AlignHCenter)
        self.set_adding(adding=False)

    def set_adding(self, *, adding: bool) -> None:
        """Set-up of the laptop, or one more person on it."""
        self._adding = adding
        key = "add_" if adding else ""
        self._title.setText(tell(f"activation.{key}title"))
        self._note.setText(tell(f"activation.{key}note"))
        self.submit.setText(tell("activation.submit_add" if adding else "activation.submit"))
        self.restore.setVisible(not adding)
        for field, box in self._fields:
            box.setVisible(not adding or field in (self.username, self.password))
        self.clear_message()

    def set_begun(self, begun: SetupBegun | None) -> None:
        """Go on with a set-up that was cut: what is known stands in its field, the code was kept with the rest."""
        self._spared = self.code if begun is not None else None
        self.code.setPlaceholderText(tell("activation.kept") if begun is not None else "")
        if begun is None:
            return
        self._title.setText(tell("activation.go_on_title"))
        self._note.setText(tell("activation.go_on_note"))
        for field, known in (
            (self.server, begun.server),
            (self.username, begun.username),
            (self.laptop, begun.laptop),
        ):
            if not field.value():
                field.set_value(known)

    def set_wiped(self, sentence: str) -> None:
        """Say that the district had this laptop emptied, and what has to be done with it."""
        self._title.setText(tell("activation.wiped_title"))
        self._note.setText(sentence)

    def set_back(self, *, possible: bool) -> None:
        """On the first start there is nowhere to go back to."""
        self._back.setVisible(possible)

    def hand_over(self) -> None:
        """Emit what was typed."""
        name, password = self.username.value().strip(), self.password.value()
        if self._adding:
            self.add_wanted.emit(name, password)
        else:
            server, code = self.server.value().strip(), self.code.value().strip()
            self.activate_wanted.emit(server, code, name, password, self.laptop.value().strip())


class RecoveryPane(Pane):
    """A code read out by the kabupaten opens the data and a new passphrase is set, without internet."""

    recover_wanted = Signal(str, str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tell("recovery.title"), tell("recovery.note"), tell("recovery.submit"), parent)
        self._user_id = ""
        self._who = Label("", "label")
        self._column.addWidget(self._who)
        self._column.addSpacing(6)
        self.code = TextField(tell("recovery.code"))
        self.passphrase = secret_field(tell("recovery.passphrase"))
        self.again = secret_field(tell("recovery.repeat"))
        for field in (self.code, self.passphrase, self.again):
            self.add_field(field, field.accessibleName())
        self._column.addWidget(Label(tell("recovery.hint"), "small", "secondary", wrap=True))
        self.finish_layout()

    def set_person(self, card: AccountCard) -> None:
        """Whose passphrase is replaced."""
        self._user_id = card.user_id
        self._who.setText(tell("recovery.who", name=card.name))
        self.clear_secrets()
        self.code.set_value("")
        self.clear_message()

    def hand_over(self) -> None:
        """Emit, if both passphrases are the same."""
        if self.passphrase.value() != self.again.value():
            self.again.set_state(FieldState.ERROR)
            self.again.setFocus(Qt.FocusReason.TabFocusReason)
            self.tell(tell("recovery.differ"))
            return
        self.recover_wanted.emit(self._user_id, self.code.value().strip(), self.passphrase.value())


class PinPane(Pane):
    """Six digits that re-open the window after it locked itself, until the application is closed."""

    chosen = Signal(str, str)  # passphrase, PIN
    dropped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tell("pin.title"), tell("pin.note"), tell("pin.submit"), parent)
        self._who = Label("", "label")
        self._column.addWidget(self._who)
        self._column.addSpacing(6)
        self.passphrase = secret_field(tell("login.passphrase"))
        self.pin, self.again = PinField(tell("pin.new")), PinField(tell("pin.repeat"))
        for field in (self.passphrase, self.pin, self.again):
            self.add_field(field, field.accessibleName())
        self.finish_layout()
        self.drop = Button(tell("pin.drop"), "quiet")
        self.drop.clicked.connect(self.dropped)
        self._column.addWidget(self.drop, 0, Qt.AlignmentFlag.AlignHCenter)

    def set_person(self, name: str, *, has_pin: bool) -> None:
        """Whose PIN it is; one that is there can be changed or taken away."""
        self._who.setText(tell("recovery.who", name=name))
        self._title.setText(tell("pin.change" if has_pin else "pin.title"))
        self.drop.setVisible(has_pin)
        self.clear_secrets()
        self.clear_message()

    def hand_over(self) -> None:
        """Emit, if it is whole and both are the same."""
        for field, good, sentence in (
            (self.pin, self.pin.whole(), "pin.short"),
            (self.again, self.pin.value() == self.again.value(), "pin.differ"),
        ):
            if not good:
                field.set_state(FieldState.ERROR)
                field.setFocus(Qt.FocusReason.TabFocusReason)
                self.tell(tell(sentence))
                return
        self.chosen.emit(self.passphrase.value(), self.pin.value())
