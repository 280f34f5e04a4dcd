"""Works out where lines, bars and words of a chart stand.

A drawing is 320 wide, so that its words can be read on a narrow screen. Series differ by colour and by their form: filled
or hollow bars, whole or broken lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 320.0, 180.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 8.0, 10.0, 26.0
MAX_LABELS = 6
_STEPS = (1, 2, 5)
_LINES = (4, 5)
"""Into so many parts an axis is cut, the first where it ends with a 2: all its numbers are round then."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A place along an axis with its words."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar. series: which of them it belongs to; told: what it says to who points at it."""

    x: float
    y: float
    width: float
    height: float
    series: int
    told: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a line."""

    x: float
    y: float
    series: int
    told: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing. paths: of lines, each with its series, interrupted where there is no value."""

    series: Sequence[str]
    across: Sequence[Axis]
    up: Sequence[Axis]
    bars: Sequence[Bar] = ()
    marks: Sequence[Mark] = ()
    paths: Sequence[tuple[int, str]] = field(default=())
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    base: float = HEIGHT - BOTTOM


Series = Sequence[tuple[str, Sequence[float | None]]]
"""Names, each with a value for every place; None where there is none."""


def bar_chart(labels: Sequence[str], series: Series, unit: str = "") -> Chart:
    """Put bars of several series beside each other at each place."""
    top = _top(series)
    wide = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    each = wide * 0.76 / max(1, len(series))
    bars = []
    for number, (name, values) in enumerate(series):
        for place, value in enumerate(values):
            height = _high(value or 0, top)
            x = LEFT + wide * place + wide * 0.12 + each * number
            told = f"{labels[place]}, {name}: {_number(value)}{unit}"
            bars.append(
                Bar(
                    _fine(x), _fine(HEIGHT - BOTTOM - height), _fine(each * 0.92), _fine(height), number, told
                )
            )
    return Chart([name for name, _ in series], _across(labels, middle=True), _up(top), bars=bars)


def line_chart(labels: Sequence[str], series: Series, unit: str = "", most: float | None = None) -> Chart:
    """Draw each series as a line through its points. most: the upper end of the axis, where it is known."""
    top = most if most is not None else _top(series)
    marks, paths = [], []
    for number, (name, values) in enumerate(series):
        drawn, pen_down = [], False
        for place, value in enumerate(values):
            if value is None:
                pen_down = False
                continue
            x, y = _fine(_place(place, len(labels))), _fine(HEIGHT - BOTTOM - _high(value, top))
            marks.append(Mark(x, y, number, f"{labels[place]}, {name}: {_number(value)}{unit}"))
            drawn.append(f"{'L' if pen_down else 'M'}{x} {y}")
            pen_down = True
        paths.append((number, " ".join(drawn)))
    return Chart(
        [name for name, _ in series], _across(labels, middle=False), _up(top), marks=marks, paths=paths
    )


def share_chart(parts: Sequence[tuple[str, int]]) -> Chart:
    """Draw one bar across, each part as wide as its share of all."""
    whole = sum(number for _, number in parts) or 1
    bars, x = [], 0.0
    for place, (name, number) in enumerate(parts):
        width = WIDTH * number / whole
        bars.append(
            Bar(
                _fine(x),
                0.0,
                _fine(width),
                24.0,
                place,
                f"{name}: {number} ({round(100 * number / whole)} %)",
            )
        )
        x += width
    return Chart([name for name, _ in parts], (), (), bars=bars, height=24.0)


def _top(series: Series) -> float:
    """Give a round number that no value exceeds."""
    largest = max((value for _, values in series for value in values if value is not None), default=0)
    scale = 1.0
    while scale * 10 < largest:
        scale *= 10
    return next((step * scale for step in (*_STEPS, 10) if step * scale >= largest), 10 * scale) or 1


def _high(value: float, top: float) -> float:
    return (HEIGHT - BOTTOM - TOP) * min(value, top) / (top or 1)


def _up(top: float) -> list[Axis]:
    lines = max(1, int(top)) if top < min(_LINES) else _LINES[0] if f"{top:e}"[0] == "2" else _LINES[1]
    values = [top * number / lines for number in range(lines + 1)]
    return [Axis(_fine(HEIGHT - BOTTOM - _high(value, top)), _number(value)) for value in values]


def _across(labels: Sequence[str], *, middle: bool) -> list[Axis]:
    """Give as many words as have room, the last always among them."""
    every = -(-len(labels) // MAX_LABELS) or 1
    wide = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    last = len(labels) - 1
    return [
        Axis(_fine(LEFT + wide * (place + 0.5) if middle else _place(place, len(labels))), words)
        for place, words in enumerate(labels)
        if (last - place) % every == 0
    ]


def _place(place: int, of: int) -> float:
    room = WIDTH - LEFT - RIGHT - 16
    return LEFT + 8 + (room * place / (of - 1) if of > 1 else room / 2)


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if value != int(value) else str(int(value))


def _fine(value: float) -> float:
    return round(value, 1)
