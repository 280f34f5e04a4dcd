"""What the templates draw of a form: labels, values, choices, errors and addresses, ready made.

The templates decide nothing; the rules are the engine's. Words come from the service's texts in the
reader's language and, where these leave them out, from the schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from engine import feel
from engine.forms import Component, FieldProblem, Shown, is_locked, may_grow
from engine.forms.choices import as_text
from engine.forms.model import CHOICES, CONTAINERS, MAX_ROWS, MULTIPLE_CHOICES, PASSIVE, TEXTS
from webui.forms.markdown import to_html
from webui.forms.masking import MASKED, mask
from webui.forms.words import plain, sentence

if TYPE_CHECKING:
    from markupsafe import Markup

_NARROW = frozenset({"number", "datetime"})
_INPUT_TYPES = {"date": "date", "time": "time", "datetime": "datetime-local"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer offered: what is posted, what is read, and whether it is chosen."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list: its title, the same for readers who do not see the list around it, its fields."""

    title: str
    whole: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One component as it is drawn.

    name: of the input, and path of the answer. id: of the element that an error links to.
    attributes: further attributes of the input. refreshes: other fields depend on this one.
    grows, removes: rows may be added, and taken away.
    """

    kind: str
    name: str
    id: str
    label: str
    add_words: str = ""
    hint: str = ""
    value: str = ""
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    error: str = ""
    required: bool = False
    locked: bool = False
    masked: bool = False
    refreshes: bool = False
    grows: bool = False
    removes: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: Markup | None = None
    children: tuple[Item, ...] = ()
    rows: tuple[Row, ...] = ()

    @property
    def described_by(self) -> str:
        """The ids of what explains the field, for `aria-describedby`."""
        ids = [f"{self.id}-hint"] if self.hint else []
        return " ".join([*ids, f"{self.id}-error"] if self.error else ids)


@dataclass(frozen=True, slots=True)
class ErrorLink:
    """One line of the error summary."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class FormView:
    """A whole form, ready to be drawn. refreshes: some fields appear or go while others are answered."""

    items: tuple[Item, ...]
    errors: tuple[ErrorLink, ...]
    refreshes: bool


def view(
    schema: Mapping[str, Any],
    texts: Mapping[str, Any],
    shown: Iterable[Shown],
    problems: Iterable[FieldProblem] = (),
    *,
    units: Mapping[str, str] | None = None,
    unmasked: bool = False,
    read_only: bool = False,
) -> FormView:
    """Make what `parts/form.html` draws.

    texts: `forms.<form>` of the service's texts in the reader's language.
    shown: what `engine.forms.visible` gave. read_only: draw every field as a value.
    units: words in the reader's language for units of the schema, such as 元.
    unmasked: the reader gave a reason and may see what is masked otherwise.
    """
    maker = _Maker(schema, texts, {}, units or {}, unmasked=unmasked, read_only=read_only)
    found = tuple(problems)
    plain_items = maker.items(tuple(shown), ())
    labels = dict(_labels(plain_items, ""))
    maker.errors = {problem.path: maker.words(problem, labels) for problem in found}
    links = tuple(
        ErrorLink("#" + dom_id(problem.path), maker.words(problem, labels, whole=True)) for problem in found
    )
    return FormView(maker.items(tuple(shown), ()) if found else plain_items, links, bool(maker.watched))


def dom_id(path: str) -> str:
    """Give the id of the element that stands for a path; the whole form's is `answers`."""
    return "f-" + path.replace(".", "-") if path else "answers"


class _Maker:
    def __init__(
        self,
        schema: Mapping[str, Any],
        texts: Mapping[str, Any],
        errors: Mapping[str, str],
        units: Mapping[str, str],
        *,
        unmasked: bool,
        read_only: bool,
    ) -> None:
        self._units = units
        self.errors = errors
        self.watched = frozenset() if read_only else _watched(schema.get("components", ()))
        self._texts = texts
        self._unmasked = unmasked
        self._read_only = read_only

    def items(self, shown: tuple[Shown, ...], names: tuple[str, ...]) -> tuple[Item, ...]:
        return tuple(self._item(one, names) for one in shown if one.component["type"] != "button")

    def words(
        self, problem: FieldProblem, labels: Mapping[str, tuple[str, str, str]], *, whole: bool = False
    ) -> str:
        """Say what is wrong; the summary names the row too, the place beside the field does not."""
        near, far, kind = labels.get(problem.path, ("", "", ""))
        label = far if whole else near
        if problem.code == "form_check":
            own = _at(self._texts, "problems", problem.params["text"])
        elif problem.code == "check":
            names = tuple(part for part in problem.path.split(".") if not part.isdigit())
            own = self._own_words(names).get("problem")
        else:
            own = None
        if isinstance(own, str):
            return f"{label}: {own}" if whole and label else own
        return sentence(problem.code, problem.params, label=label, kind=kind)

    def _item(self, shown: Shown, names: tuple[str, ...]) -> Item:
        component = shown.component
        kind = component["type"]
        name = component.get("path" if kind in CONTAINERS else "key") or component.get("id") or ""
        here = (*names, name) if name else names
        own = self._own_words(here)
        is_open = kind == "group" and not component.get("path")
        is_nameless = is_open or kind in PASSIVE
        id_ = dom_id(shown.path) + (f"-{name}" if is_nameless else "")
        label = own.get("label") or component.get("label") or component.get("dateLabel") or ""
        common: dict[str, Any] = {
            "kind": kind,
            "name": "" if is_nameless else shown.path,
            "id": id_,
            "label": str(label),
            "hint": str(own.get("description") or component.get("description") or ""),
            "error": "" if is_nameless else self.errors.get(shown.path, ""),
        }
        if kind == "text":
            return Item(**common, text=to_html(str(own.get("text") or component.get("text") or "")))
        if kind == "group":
            return Item(**common, children=self.items(shown.children, names if is_open else here))
        if kind == "dynamiclist":
            return self._list(shown, own, common, here)
        return self._field(shown, own, common)

    def _list(
        self, shown: Shown, own: Mapping[str, Any], common: dict[str, Any], here: tuple[str, ...]
    ) -> Item:
        word = own.get("row")  # what one of them is called: "Household member"
        label = common["label"]
        rows = []
        for number, row in enumerate(shown.rows, start=1):
            if isinstance(word, str):
                title = whole = _("%(row)s %(number)s", row=word, number=number)
            else:
                title = _("Entry %(number)s", number=number)
                whole = _("%(list)s, entry %(number)s", list=label, number=number)
            rows.append(Row(title, whole, self.items(row, here)))
        removes = may_grow(shown.component) and not self._read_only
        add = _("Add: %(row)s", row=word) if isinstance(word, str) else _("Add an entry")
        grows = removes and len(rows) < MAX_ROWS
        return Item(**common, rows=tuple(rows), removes=removes, grows=grows, add_words=add)

    def _field(self, shown: Shown, own: Mapping[str, Any], common: dict[str, Any]) -> Item:
        component = shown.component
        locked = self._read_only or is_locked(component)
        sensitive = (component.get("properties") or {}).get("linbang:sensitive")
        masked = bool(locked and sensitive in MASKED and not self._unmasked and shown.value)
        value = _as_input(component, shown.value)
        appearance = component.get("appearance") or {}
        written = str(appearance.get("suffixAdorner") or appearance.get("prefixAdorner") or "")
        unit = own.get("unit") or self._units.get(written, written)
        return Item(
            **common,
            value=mask(value, str(sensitive)) if masked else value,
            choices=_choices(shown, own),
            unit=str(unit),
            required=bool((component.get("validate") or {}).get("required")) and not locked,
            locked=locked,
            masked=masked,
            refreshes=component["key"] in self.watched,
            attributes=_attributes(component, sensitive=bool(sensitive)),
        )

    def _own_words(self, names: tuple[str, ...]) -> Mapping[str, Any]:
        """Fields of a list stand in the texts inside their list, and those of a group with a path too."""
        found = _at(self._texts, "fields", *names)
        if not isinstance(found, Mapping) and names:
            found = _at(self._texts, "fields", names[-1])
        return found if isinstance(found, Mapping) else {}


def _labels(items: Iterable[Item], around: str) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Give for each path the label beside the field, the one for the summary, and the kind."""
    for item in items:
        if item.name:
            yield item.name, (item.label, f"{around}{item.label}", item.kind)
        yield from _labels(item.children, around)
        for index, row in enumerate(item.rows):
            yield f"{item.name}.{index}", (row.title, row.whole, "group")
            yield from _labels(row.items, _("%(row)s, ", row=row.whole))


def _choices(shown: Shown, own: Mapping[str, Any]) -> tuple[Choice, ...]:
    component, value = shown.component, shown.value
    labels = own.get("options") or {}
    if component["type"] == "checkbox":
        return (Choice("true", "", value is True or value == "true"),)
    if component["type"] in MULTIPLE_CHOICES:
        chosen = {as_text(one) for one in value} if isinstance(value, list | tuple) else set()
    elif component["type"] in CHOICES:
        chosen = set() if value is None else {as_text(value)}
    else:
        return ()
    texts = [as_text(option.value) for option in shown.options]
    return tuple(
        Choice(text, str(labels.get(text) or labels.get(option.value) or option.label), text in chosen)
        for option, text in zip(shown.options, texts, strict=True)
    )


def _as_input(component: Component, value: Any) -> str:
    kind = component["type"]
    if kind == "filepicker":
        return " ".join(plain(one) for one in value) if isinstance(value, list | tuple) else plain(value)
    if kind in CHOICES or kind == "checkbox" or isinstance(value, Mapping | list | tuple):
        return ""
    return plain(value)


def _attributes(component: Component, *, sensitive: bool) -> dict[str, str]:
    kind, rules = component["type"], component.get("validate") or {}
    found: dict[str, str] = {
        "class": "input input-short" if kind in _NARROW else "input",
        "autocomplete": "off",
    }
    if kind == "number":
        found["inputmode"] = "decimal" if component.get("decimalDigits") != 0 else "numeric"
    elif kind == "datetime":
        found["type"] = _INPUT_TYPES.get(component.get("subtype") or "date", "date")
    elif kind == "textfield" and rules.get("validationType") == "email":
        found["inputmode"] = "email"
    elif kind == "textfield" and rules.get("validationType") == "phone":
        found["inputmode"] = "tel"
    if kind in TEXTS and rules.get("maxLength"):
        found["maxlength"] = plain(rules["maxLength"])
    if sensitive:
        found["spellcheck"] = "false"
    return found


def _watched(components: Iterable[Component]) -> frozenset[str]:
    """Give the names that conditions read: answering one of them may change what is asked."""
    found: set[str] = set()
    for component in components:
        hide = (component.get("conditional") or {}).get("hide")
        if isinstance(hide, str) and hide:
            found |= feel.compile(hide.removeprefix("=")).names
        found |= _watched(component.get("components") or ())
    return frozenset(found)


def _at(texts: Any, *names: str) -> Any:
    for name in names:
        texts = texts.get(name) if isinstance(texts, Mapping) else None
    return texts
