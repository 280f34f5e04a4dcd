"""Hides most of an identity number, a phone or an account: a glance at a screen gives nothing away."""

from __future__ import annotations

_KEPT = {"identity": (3, 4), "phone": (3, 4), "bank": (0, 4)}
MASKED = frozenset(_KEPT)
"""Kinds of `linbang:sensitive` that are masked; the others say only where else a value may not stand."""
_SIGN = "*"


def mask(value: object, kind: str) -> str:
    """Give the value with its middle hidden: enough to recognise it, not enough to use it.

    kind: `identity`, `phone` or `bank`, as `linbang:sensitive` has it. A value that is no longer than
    what would be kept is hidden whole.
    """
    text = "" if value is None else str(value)
    first, last = _KEPT.get(kind, (0, 0))
    if len(text) <= first + last:
        return _SIGN * len(text)
    return text[:first] + _SIGN * (len(text) - first - last) + text[len(text) - last :]
