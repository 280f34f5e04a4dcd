"""Writes a story as a file that a clerk can read: one line a field, short lists in one line, remarks at the top."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import yaml

from engine import feel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ORDER = ("title", "covers", "demo", "outside", "start", "steps", "expect")
_OF_STEP = (
    "task",
    "message",
    "extend",
    "wait",
    "by",
    "from",
    "second",
    "reason",
    "after",
    "at",
    "comes",
    "send_back",
)
_WIDTH = 110


class _Dumper(yaml.SafeDumper):
    """Writes exact numbers as numbers, and no anchors: a reader should not have to look elsewhere."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


class _Line(list[Any]):
    """A list of plain values, which stands in one line."""


class _Row(dict[str, Any]):
    """An entry of a list, which stands in one line."""


def _number(dumper: _Dumper, value: Decimal) -> yaml.Node:
    kind = "int" if value == value.to_integral_value() and "." not in str(value) else "float"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", f"{value:f}")


_Dumper.add_representer(Decimal, _number)
_Dumper.add_representer(
    _Line, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)
)
_Dumper.add_representer(
    _Row, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True)
)


def story_text(document: Mapping[str, Any], remarks: Iterable[str] = ()) -> str:
    """Give a story as the text of its file. remarks: sentences that stand at the top as comments."""
    ordered = {key: _plain(document[key]) for key in _ORDER if key in document}
    ordered["steps"] = [_ordered(_plain(step)) for step in document.get("steps", [])]
    lines = "".join(f"# {line}\n" for remark in remarks for line in remark.splitlines())
    return lines + yaml.dump(
        ordered, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH, default_flow_style=False
    )


def _is_flat(item: Any) -> bool:
    return isinstance(item, dict) and not any(
        isinstance(part, (dict, list)) and part for part in item.values()
    )


def _ordered(step: Mapping[str, Any]) -> dict[str, Any]:
    first = {key: step[key] for key in _OF_STEP if key in step}
    return first | {key: value for key, value in step.items() if key not in first}


def _plain(value: Any) -> Any:  # noqa: PLR0911 -- one line a kind
    """Give a value as a story's reader understands it."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = [_plain(item) for item in value]
        if not any(isinstance(item, (dict, list)) for item in items):
            return _Line(items)
        return [_Row(item) if _is_flat(item) else item for item in items]
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, (str, bool, int, Decimal, date)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, timedelta):
        return feel.to_text(value)
    return feel.to_text(value).strip('@"')
