"""Sentences that remember what they were made of, so that they can be said in another language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self


class Sentence(str):
    """An English text made of a template and values; wherever a text may stand, it may.

    template: with a name in braces for each value. values: texts, numbers and sentences, by these names.
    """

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:
        """Fill a template as `str.format` does."""
        made = super().__new__(cls, template.format(**values))
        made.template = template
        made.values = {
            name: value if isinstance(value, str | int) else str(value) for name, value in values.items()
        }
        return made

    @classmethod
    def of(cls, text: str, template: str, values: Mapping[str, Any]) -> Self:
        """Make one of its parts; the text is as it was filled in."""
        made = super().__new__(cls, text)
        made.template, made.values = template, values
        return made

    def __str__(self) -> str:
        """Stay a sentence where somebody only makes sure that it is a text."""
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle as what it is; the text may hold braces, which are no places of values."""
        return type(self).of, (str.__str__(self), self.template, dict(self.values))


def packed(text: str) -> Any:
    """Give a text as JSON that `unpacked` makes the same sentence of."""
    if not isinstance(text, Sentence):
        return text
    values = {name: packed(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return {"text": str.__str__(text), "template": text.template, "values": values}


def unpacked(record: Any) -> str:
    """Give back what was packed."""
    if not isinstance(record, Mapping):
        return str(record)
    values = {
        name: value if isinstance(value, int) else unpacked(value) for name, value in record["values"].items()
    }
    return Sentence.of(str(record["text"]), str(record["template"]), values)
