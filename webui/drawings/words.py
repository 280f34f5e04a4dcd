"""Breaks names into lines that fit a place. Widths are estimates: whoever prints has another font."""

from __future__ import annotations

import re

WIDE, NARROW = 1.0, 0.56
"""Of the size of the font: a Chinese sign, and any other."""
_FIRST_WIDE = 0x2E80
_PARTS = re.compile(r"[⺀-￯]|\s+|[^\s⺀-￯]+")


def width_of(text: str, size: float) -> float:
    """Say about how wide a text is."""
    return sum((WIDE if ord(sign) >= _FIRST_WIDE else NARROW) * size for sign in text)


def lines_of(text: str, width: float, size: float, most: int) -> list[str]:
    """Break a text into lines of at most a width, between words or Chinese signs; the last says that more is left."""
    lines, line = [], ""
    for part in _PARTS.findall(" ".join(text.split())):
        if line and width_of((line + part).rstrip(), size) > width:
            lines.append(line.rstrip())
            line = ""
        line = (line + part).lstrip()
    lines.append(line.rstrip())
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1][:-1]}…"]
    return [one for one in lines if one]
