"""Draws a diagram as SVG with how many stories passed each part of it; the signs are there without colours too."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from math import hypot

from .layout import Box, Drawn, Edge, Shape
from .symbols import Pen
from .words import lines_of, width_of

GREEN, RED, INK, GREY = "#12562f", "#9c1a10", "#17212e", "#5a6675"
GREEN_SOFT, RED_SOFT = "#e5f4ea", "#fdebe8"
SIZE = 12.0
MARGIN, HEAD, FOOT = 24.0, 56.0, 64.0
LEAST = 760.0
"""So wide is a drawing at least, for its title and what the signs mean."""
BAND = 30.0
"""The strip of a pool or lane in which its name stands."""
_AROUND = {"participant", "lane"}
_LEGEND = (
    (GREEN, "✓ 3", "stories passed here, and how many", "经过的情景数"),
    (RED, "✗", "no story passes here", "没有情景经过"),
    (GREY, "", "timer: an event with a clock", "定时：带钟面的事件"),
)


def coverage_svg(
    drawn: Drawn,
    names: Mapping[str, str],
    times: Mapping[str, int],
    timers: Collection[str],
    title: Sequence[str],
) -> bytes:
    """Draw what a file draws. names: words by element. times: how many stories passed. title: a line a language."""
    box = drawn.box
    width, height = max(LEAST, box.width + 2 * MARGIN), box.height + HEAD + FOOT + 2 * MARGIN
    pen = Pen(width, height, " / ".join(title))
    pen.text(MARGIN, 26, title[0], size=18, weight="600", anchor="start")
    for line in title[1:]:
        pen.text(MARGIN, 46, line, size=13, anchor="start", colour=GREY)
    pen.move(MARGIN - box.x, HEAD + MARGIN - box.y)
    for shape in drawn.shapes:
        _draw_shape(pen, shape, names.get(shape.id, ""), _colours(shape, times))
    for edge in drawn.edges:
        _draw_edge(pen, edge, names.get(edge.id, ""), times)
    for edge in drawn.edges:
        if edge.id in times:
            x, y = _towards_end(edge.points)
            _badge(pen, x + 8, y - 3, times[edge.id], small=True)
    for shape in drawn.shapes:
        if shape.id in times:
            _badge(pen, *_corner(shape), times[shape.id])
            pen.told(f"{shape.id}: {times[shape.id]}{' ⏱' if shape.id in timers else ''}")
    pen.home()
    _legend(pen, height - FOOT + 14)
    return pen.svg()


def _colours(shape: Shape, times: Mapping[str, int]) -> tuple[str, str, str]:
    """Give the colours of line and ground, and the dashes."""
    if shape.id not in times:
        return GREY, "none" if shape.kind in _AROUND else "#fff", ""
    return (GREEN, GREEN_SOFT, "") if times[shape.id] else (RED, RED_SOFT, "6 3")


def _draw_shape(pen: Pen, shape: Shape, name: str, colours: tuple[str, str, str]) -> None:
    line, ground, dashes = colours
    box = shape.box
    if shape.kind in _AROUND:
        pen.rectangle(box, line, ground)
        pen.upright(box.x + BAND / 2, box.middle[1], lines_of(name, box.height - 8, SIZE, 2), SIZE)
    elif shape.kind.endswith("Event"):
        pen.event(box, shape.kind, shape.trigger, line, ground, dashes, broken=shape.broken)
        _label(pen, shape, name)
    elif shape.kind.endswith("Gateway"):
        pen.gateway(box, shape.kind, line, ground, dashes)
        _label(pen, shape, name)
    elif shape.kind in {"dataObjectReference", "dataStoreReference", "textAnnotation"}:
        pen.rectangle(box, GREY, "#fff", dashes="2 3")
        _label(pen, shape, name)
    else:
        pen.activity(box, shape.kind, line, ground, dashes)
        _inside(pen, shape, name)


def _inside(pen: Pen, shape: Shape, name: str) -> None:
    """Write the name of a task into it; that of a subprocess stands at its upper edge."""
    box = shape.box
    if shape.kind == "subProcess":
        pen.text(box.middle[0], box.y + 18, name, size=SIZE)
        return
    lines = lines_of(name, box.width - 10, SIZE, 4)
    top = box.middle[1] - (len(lines) - 1) * 7.5 + 5
    for number, line in enumerate(lines):
        pen.text(box.middle[0], top + number * 15, line, size=SIZE)


def _label(pen: Pen, shape: Shape, name: str) -> None:
    """Write the name of an event or a gateway where the file has it; beside it, it grows away from it."""
    own = shape.box
    box = shape.label or Box(own.middle[0] - 45, own.y + own.height + 4, 90, 28)
    if box.x >= own.x + own.width - 2:
        _write(pen, Box(own.x + own.width + 14, box.y, box.width, box.height), name, "start")
    elif box.x + box.width <= own.x + 2:
        _write(pen, Box(own.x - 4 - box.width, box.y, box.width, box.height), name, "end")
    else:
        _write(pen, box, name)


def _write(pen: Pen, box: Box, name: str, anchor: str = "middle") -> None:
    """Write a name in its place, on white, so that lines behind it do not strike it out."""
    x = {"start": box.x, "end": box.x + box.width}.get(anchor, box.middle[0])
    for number, line in enumerate(lines_of(name, max(90.0, box.width), SIZE - 1, 3)):
        pen.text(x, box.y + 11 + number * 13, line, size=SIZE - 1, anchor=anchor, halo=True)


def _draw_edge(pen: Pen, edge: Edge, name: str, times: Mapping[str, int]) -> None:
    if edge.id not in times:
        flow = edge.kind == "sequenceFlow"
        pen.line(edge.points, GREY, dashes="" if flow else "2 3", arrow=flow)
    else:
        number = times[edge.id]
        pen.line(edge.points, GREEN if number else RED, dashes="" if number else "6 3", arrow=True, wide=2)
    if edge.default:
        (x, y), (to_x, to_y) = edge.points[0], edge.points[1]
        far = hypot(to_x - x, to_y - y) or 1
        x, y = x + (to_x - x) * 10 / far, y + (to_y - y) * 10 / far
        pen.line([(x - 4, y + 4), (x + 4, y - 4)], INK)
    if edge.label is not None:
        _write(pen, edge.label, name)


def _corner(shape: Shape) -> tuple[float, float]:
    """Give where the sign of an element ends on the right, and how high: in a task, above what is small."""
    right, box = shape.box.x + shape.box.width, shape.box
    if shape.kind.endswith("Event"):
        return right + 12, box.y - 6
    if shape.kind.endswith("Gateway"):
        return right + 6, box.y + 2
    return right - 4, box.y + box.height - 15


def _towards_end(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Give a place on the longest part of a line, past its middle: the name of a flow stands at its beginning."""
    pieces = list(pairwise(points))
    (x, y), (to_x, to_y) = max(
        pieces, key=lambda piece: hypot(piece[1][0] - piece[0][0], piece[1][1] - piece[0][1])
    )
    return x + (to_x - x) * 0.6, y + (to_y - y) * 0.6


def _badge(pen: Pen, right: float, top: float, number: int, *, small: bool = False) -> None:
    """Put a sign on the drawing: how many stories passed, or that none did."""
    words = (str(number) if small else f"✓ {number}") if number else "✗"
    colour = GREEN if number else RED
    wide = max(16.0, width_of(words, 11) + 8)
    box = Box(right - wide, top - 5, wide, 16)
    pen.rectangle(box, colour, "#fff" if number else RED, round_=8)
    pen.text(box.middle[0], box.y + 12, words, size=11, weight="600", colour=colour if number else "#fff")


def _legend(pen: Pen, top: float) -> None:
    x = MARGIN
    for colour, sign, english, chinese in _LEGEND:
        if sign:
            _badge(pen, x + 34, top + 3, 3 if colour == GREEN else 0)
        else:
            pen.event(Box(x + 12, top - 5, 22, 22), "boundaryEvent", "timerEventDefinition", GREY, "#fff", "")
        pen.text(x + 42, top + 6, chinese, size=SIZE, anchor="start")
        pen.text(x + 42, top + 22, english, size=SIZE, anchor="start", colour=GREY)
        x += 245
