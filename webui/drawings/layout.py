"""Where everything of a diagram stands, read from its BPMN DI. Draws nothing; bounds are those of the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.definitions.xml import local, read_xml

if TYPE_CHECKING:
    from lxml import etree

MOST = 100_000.0
"""No place lies further out."""
_INTERRUPTS_NOT = "false"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        """Give its middle."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Shape:
    """An element: kind as BPMN calls it, what triggers an event, whether its line is broken, where its name stands."""

    id: str
    kind: str
    trigger: str
    broken: bool
    box: Box
    label: Box | None


@dataclass(frozen=True, slots=True)
class Edge:
    """A flow or an association, with its corners, where its name stands, and whether it is the default."""

    id: str
    kind: str
    points: Sequence[tuple[float, float]]
    label: Box | None
    default: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """Everything that a file draws, what lies around others first."""

    shapes: Sequence[Shape]
    edges: Sequence[Edge]

    @property
    def box(self) -> Box:
        """Give the rectangle around everything."""
        labels = [*(one.label for one in self.shapes), *(one.label for one in self.edges)]
        boxes = [*(one.box for one in self.shapes), *(box for box in labels if box is not None)]
        corners = [point for one in self.edges for point in one.points]
        xs = [box.x for box in boxes] + [box.x + box.width for box in boxes] + [x for x, _ in corners]
        ys = [box.y for box in boxes] + [box.y + box.height for box in boxes] + [y for _, y in corners]
        if not xs:
            return Box(0, 0, 0, 0)
        return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def read_layout(content: bytes, filename: str) -> Drawn:
    """Read what a file draws; what has no place in it is left out."""
    root, _problems = read_xml(content, filename)
    if root is None:
        return Drawn((), ())
    elements = {str(one.get("id")): one for one in root.iter() if isinstance(one.tag, str) and one.get("id")}
    defaults = {one.get("default") for one in elements.values()} - {None}
    shapes = [shape for one in _named(root, "BPMNShape") if (shape := _shape(one, elements)) is not None]
    edges = [edge for one in _named(root, "BPMNEdge") if (edge := _edge(one, elements, defaults)) is not None]
    return Drawn(sorted(shapes, key=lambda one: -one.box.width * one.box.height), edges)


def _named(root: etree._Element, name: str) -> Iterator[etree._Element]:
    return (one for one in root.iter() if local(one) == name)


def _shape(one: etree._Element, elements: dict[str, etree._Element]) -> Shape | None:
    element, box = elements.get(one.get("bpmnElement", "")), _bounds(one)
    if element is None or box is None:
        return None
    kind = local(element)
    trigger = next((local(part) for part in element if local(part).endswith("EventDefinition")), "")
    broken = _INTERRUPTS_NOT in (element.get("cancelActivity"), element.get("isInterrupting"))
    return Shape(str(element.get("id")), kind, trigger, broken, box, _label(one))


def _edge(one: etree._Element, elements: dict[str, etree._Element], defaults: set[str | None]) -> Edge | None:
    element = elements.get(one.get("bpmnElement", ""))
    points = [
        place for part in one if local(part) == "waypoint" if (place := _numbers(part, "x", "y")) is not None
    ]
    if element is None or len(points) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    corners = [(x, y) for x, y in points]
    return Edge(
        str(element.get("id")), local(element), corners, _label(one), default=element.get("id") in defaults
    )


def _label(one: etree._Element) -> Box | None:
    label = next((part for part in one if local(part) == "BPMNLabel"), None)
    return None if label is None else _bounds(label)


def _bounds(one: etree._Element) -> Box | None:
    bounds = next((part for part in one if local(part) == "Bounds"), None)
    numbers = None if bounds is None else _numbers(bounds, "x", "y", "width", "height")
    return None if numbers is None else Box(*numbers)


def _numbers(one: etree._Element, *names: str) -> list[float] | None:
    try:
        found = [float(one.get(name, "")) for name in names]
    except ValueError:
        return None
    return found if all(-MOST <= value <= MOST for value in found) else None
