"""The panel of the current value: what it is, and all of it."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics, QResizeEvent, QTextOption
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.features.inspector.picture import Picture
from pytuck_desktop.features.inspector.state import Content, Form
from pytuck_desktop.features.inspector.viewmodel import InspectorViewModel
from pytuck_desktop.i18n.error_texts import explain
from pytuck_desktop.theme.icons import icon
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.cell_kit import CellKit
from pytuck_desktop.widgets.labels import ElidedLabel, PlainLabel
from pytuck_desktop.widgets.side_panel import SidePanel
from pytuck_desktop.widgets.small_image import image_facts
from pytuck_desktop.widgets.visible_text import visible_lines
from pytuck_desktop.workspace.hex_lines import hex_lines, line_length
from pytuck_desktop.workspace.places import Place


class ValuePanel(SidePanel):
    """Shows the value of the current cell as text, laid out JSON, bytes or a picture."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(tokens, parent)
        self.model = InspectorViewModel(self)
        self._kit: CellKit | None = None
        self._forms: list[Form] = []
        self._preferred: dict[type, Form] = {}
        self.heading = ElidedLabel(tone="heading")
        self.facts = PlainLabel(tone="muted", wrap=True)
        self.note = PlainLabel(tone="muted", wrap=True)
        self.load = QPushButton(self.tr("Load it"))
        self.load.clicked.connect(self.model.load)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self._cancel)
        self.forms = QTabBar()
        self.forms.setDrawBase(False)
        self.forms.setExpanding(False)
        self.forms.setAccessibleName(self.tr("How the value is shown"))
        self.forms.tabBarClicked.connect(self._prefer)
        self.forms.currentChanged.connect(self._show_form)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(self.tr("Value"))
        self.text.setUndoRedoEnabled(False)
        self.picture = Picture()
        self.body = QStackedWidget()
        self.body.addWidget(self.text)
        self.body.addWidget(self.picture)
        self.before = self._button("back", self.tr("Part before"), -1)
        self.after = self._button("forward", self.tr("Next part"), 1)
        self.part = PlainLabel(tone="muted")
        self.model.changed.connect(self._show)
        self._lay_out()
        self.setFocusProxy(self.text)
        self._show()

    def _button(self, name: str, tip: str, by: int) -> QToolButton:
        button = QToolButton()
        button.setProperty("icon-name", name)
        button.setIcon(icon(name, self.tokens))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda: self.model.step(by))
        return button

    def _lay_out(self) -> None:
        parts = QHBoxLayout()
        parts.addWidget(self.before)
        parts.addWidget(self.part, 1)
        parts.addWidget(self.after)
        asking = QHBoxLayout()
        asking.addWidget(self.load)
        asking.addWidget(self.cancel)
        asking.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 10)
        column.setSpacing(6)
        for widget in (self.heading, self.facts, self.note):
            column.addWidget(widget)
        column.addLayout(asking)
        column.addWidget(self.forms)
        column.addWidget(self.body, 1)
        column.addLayout(parts)
        self._space = QWidget()
        column.addWidget(self._space, 1)

    # --- what is shown ---------------------------------------------------------------------

    def use_kit(self, kit: CellKit) -> None:
        """Show values as this says."""
        self._kit = kit

    def show_place(self, place: Place | None) -> None:
        """Show the value in front."""
        self.model.show(place)

    def use_tokens(self, tokens: Tokens) -> None:
        super().use_tokens(tokens)
        for button in (self.before, self.after):
            button.setIcon(icon(button.property("icon-name"), tokens))

    def _show(self) -> None:
        content, kit = self.model.content, self._kit
        has_value = content is not None and content.part is not None
        self.heading.setVisible(content is not None)
        self.facts.setVisible(content is not None)
        self.body.setVisible(has_value)
        self._space.setVisible(not has_value)
        self.cancel.setVisible(self.model.is_loading)
        self.load.setVisible(
            content is not None and content.is_beginning and not self.model.is_loading
        )
        self.note.show_text(self._note_text(content))
        self.note.setVisible(bool(self.note.text()))
        self._show_part(content)
        if content is None or kit is None:
            self.forms.hide()
            return
        self.heading.show_text(content.column.name)
        self.facts.show_text(self._facts_text(content, kit))
        self._show_forms(_forms_of(content))

    def _note_text(self, content: Content | None) -> str:
        if self.model.error is not None:
            return explain(self.model.error).text
        if content is None:
            return self.tr("Select a cell to see its value here.")
        if self.model.is_loading:
            return self.tr("Loading…")
        if content.is_beginning:
            return self.tr("Only the beginning is here; large values are loaded when you ask.")
        if content.is_damaged:
            return self.tr("This text is not in UTF-8; “�” stands for what cannot be read.")
        if (
            isinstance(content.part, str)
            and visible_lines(content.part[:100_000]) != (content.part[:100_000])
        ):
            return self.tr("There are invisible characters in this text.")
        return ""

    def _facts_text(self, content: Content, kit: CellKit) -> str:
        facts = [content.column.type_label]
        if content.part is None:
            facts.append("NULL")
        if isinstance(content.part, str) and content.length is not None:
            count = f"{content.length:,}"
            one = content.length == 1
            facts.append(self.tr("1 character") if one else self.tr("{0} characters").format(count))
        if isinstance(content.part, (str, bytes)):
            facts.append(kit.size_text(content.size_bytes))
        data = self.model.whole_bytes
        image = None if data is None else image_facts(data)
        if image is not None:
            size = image.size
            facts.append(f"{image.kind.upper()} {size.width():,} × {size.height():,}")
        return " · ".join(fact for fact in facts if fact)

    def _show_part(self, content: Content | None) -> None:
        is_part = content is not None and content.is_part
        for widget in (self.before, self.after, self.part):
            widget.setVisible(is_part)
        if content is None or content.length is None:
            return
        self.before.setEnabled(content.first > 0)
        self.after.setEnabled(content.last < content.length)
        self.part.show_text(
            self.tr("{0} to {1} of {2}").format(
                f"{content.first + 1:,}", f"{content.last:,}", f"{content.length:,}"
            )
        )

    # --- forms -----------------------------------------------------------------------------

    def _show_forms(self, forms: list[Form]) -> None:
        names = {
            Form.TEXT: self.tr("Text"),
            Form.JSON: "JSON",
            Form.IMAGE: self.tr("Image"),
            Form.HEX: self.tr("Hex"),
        }
        if forms != self._forms:
            self._forms = forms
            self.forms.blockSignals(True)
            while self.forms.count():
                self.forms.removeTab(0)
            for form in forms:
                self.forms.addTab(names[form])
            self.forms.blockSignals(False)
        content = self.model.content
        preferred = self._preferred.get(type(None if content is None else content.part))
        if preferred in forms:
            self.forms.setCurrentIndex(forms.index(preferred))
        elif forms:
            self.forms.setCurrentIndex(0)
        self.forms.setVisible(len(forms) > 1)
        self._show_form()

    def _prefer(self, place: int) -> None:
        content = self.model.content
        if content is not None and 0 <= place < len(self._forms):
            self._preferred[type(content.part)] = self._forms[place]

    def _show_form(self, *_: object) -> None:
        content, place = self.model.content, self.forms.currentIndex()
        if content is None or not 0 <= place < len(self._forms) or self._kit is None:
            self.text.clear()
            return
        form = self._forms[place]
        data = self.model.whole_bytes
        if form is Form.IMAGE and data is not None:
            self.picture.show_image(data)
            self.body.setCurrentWidget(self.picture)
            return
        self.body.setCurrentWidget(self.text)
        self._put(self._text_of(content, form, self._kit), is_fixed=form is not Form.TEXT)

    def _text_of(self, content: Content, form: Form, kit: CellKit) -> str:
        part = content.part
        if form is Form.JSON and content.json is not None:
            return content.json
        if form is Form.HEX:
            data = part.encode("utf-8", errors="surrogatepass") if isinstance(part, str) else part
            assert isinstance(data, bytes)
            first = content.first if isinstance(part, bytes) else 0
            return hex_lines(data[: 64 * 1024], first, self._bytes_a_line())
        if isinstance(part, str):
            return part
        return "" if part is None else kit.shown(content.column, part)

    def _bytes_a_line(self) -> int:
        """Return how many bytes fit side by side."""
        letter = QFontMetrics(_fixed_font()).horizontalAdvance("0")
        room = (
            self.text.viewport().width() - 2 * int(self.text.document().documentMargin())
        ) / letter
        return next((count for count in (16, 8) if line_length(count) <= room), 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if 0 <= self.forms.currentIndex() < len(self._forms):
            self._show_form()

    def _put(self, text: str, *, is_fixed: bool) -> None:
        self.text.setFont(_fixed_font() if is_fixed else self.font())
        wrap = QTextOption.WrapMode.NoWrap if is_fixed else QTextOption.WrapMode.WrapAnywhere
        self.text.setWordWrapMode(wrap)
        if text != self.text.toPlainText():
            self.text.setPlainText(text)

    def _cancel(self) -> None:
        self.model.cancel()


def _fixed_font() -> QFont:
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)


def _forms_of(content: Content) -> list[Form]:
    """Return the forms that make sense, the one that says most first."""
    part = content.part
    if part is None:
        return []
    if isinstance(part, bytes):
        is_image = not content.is_beginning and content.first == 0 and image_facts(part) is not None
        return [Form.IMAGE, Form.HEX] if is_image else [Form.HEX]
    if isinstance(part, str):
        return [Form.JSON, Form.TEXT, Form.HEX] if content.json else [Form.TEXT, Form.HEX]
    return [Form.TEXT]
