"""A pen that draws the symbols of BPMN as SVG. Knows no stories and no places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from .layout import Box

SVG = "http://www.w3.org/2000/svg"
INK = "#17212e"
FONT = 'system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "Noto Sans", sans-serif'
_ARROWS = {"#12562f": "passed", "#9c1a10": "missed", "#5a6675": "plain", INK: "ink"}
_TWO_LINES = {"boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"}
_THICK = {"endEvent"}


class Pen:
    """Draws on one sheet. width, height: of the sheet. title: what a reader of the screen is told."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self._root = etree.Element(
            f"{{{SVG}}}svg",
            {
                "viewBox": f"0 0 {_n(width)} {_n(height)}",
                "width": _n(width),
                "height": _n(height),
                "role": "img",
                "font-family": FONT,
            },
            nsmap={None: SVG},
        )
        self._here = self._root
        self._put("title").text = title
        definitions = self._put("defs")
        for colour, name in _ARROWS.items():
            arrow = self._put(
                "marker",
                definitions,
                id=f"arrow-{name}",
                viewBox="0 0 10 10",
                refX="9",
                refY="5",
                markerWidth="9",
                markerHeight="9",
                markerUnits="userSpaceOnUse",
                orient="auto",
            )
            self._put("path", arrow, d="M0 0 10 5 0 10Z", fill=colour)
        self._put("rect", width=_n(width), height=_n(height), fill="#fff")

    def svg(self) -> bytes:
        """Give the sheet."""
        return bytes(etree.tostring(self._root, xml_declaration=True, encoding="UTF-8"))

    def move(self, x: float, y: float) -> None:
        """Draw from here on as if the sheet began elsewhere."""
        self._here = self._put("g", self._root, transform=f"translate({_n(x)} {_n(y)})")

    def home(self) -> None:
        """Draw from the sheet's own corner again."""
        self._here = self._root

    def told(self, words: str) -> None:
        """Leave words for whoever points at what was drawn last."""
        self._put("title", self._here[-2]).text = words

    def rectangle(
        self, box: Box, line: str, ground: str, dashes: str = "", round_: float = 0, wide: float = 1
    ) -> None:
        """Draw a rectangle."""
        self._put(
            "rect",
            x=_n(box.x),
            y=_n(box.y),
            width=_n(box.width),
            height=_n(box.height),
            rx=_n(round_),
            stroke=line,
            fill=ground,
            **{"stroke-width": _n(wide), "stroke-dasharray": dashes},
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float,
        weight: str = "400",
        anchor: str = "middle",
        colour: str = INK,
        halo: bool = False,
    ) -> None:
        """Write a line. halo: on white that covers what is behind."""
        more = {"stroke": "#fff", "stroke-width": "3", "paint-order": "stroke"} if halo else {}
        self._put(
            "text",
            x=_n(x),
            y=_n(y),
            fill=colour,
            **{"font-size": _n(size), "font-weight": weight, "text-anchor": anchor, **more},
        ).text = words

    def upright(self, x: float, y: float, lines: Sequence[str], size: float) -> None:
        """Write lines from below to above."""
        for number, words in enumerate(lines):
            at = x + 4 + (number - (len(lines) - 1) / 2) * (size + 1)
            self._put(
                "text",
                fill=INK,
                transform=f"translate({_n(at)} {_n(y)}) rotate(-90)",
                **{"font-size": _n(size), "text-anchor": "middle"},
            ).text = words

    def line(
        self,
        points: Sequence[tuple[float, float]],
        colour: str,
        *,
        dashes: str = "",
        arrow: bool = False,
        wide: float = 1,
    ) -> None:
        """Draw a line through its corners."""
        self._path(
            "M" + " ".join(f"{_n(x)} {_n(y)}" for x, y in points),
            colour,
            dashes=dashes,
            wide=wide,
            arrow=arrow,
        )

    def event(
        self, box: Box, kind: str, trigger: str, line: str, ground: str, dashes: str, *, broken: bool = False
    ) -> None:
        """Draw an event: one thin ring, a thick one, or two, with what triggers it."""
        (x, y), radius = box.middle, box.width / 2
        rings = (radius, radius - 4) if kind in _TWO_LINES else (radius,)
        for number, each in enumerate(rings):
            self._put(
                "circle",
                cx=_n(x),
                cy=_n(y),
                r=_n(each),
                stroke=line,
                fill=ground if number == 0 else "none",
                **{
                    "stroke-width": "4" if kind in _THICK else "1.5",
                    "stroke-dasharray": dashes or ("4 3" if broken else ""),
                },
            )
        self._trigger(x, y, radius - 7, trigger, line)

    def gateway(self, box: Box, kind: str, line: str, ground: str, dashes: str) -> None:
        """Draw a gateway with its sign."""
        (x, y), right, bottom = box.middle, box.x + box.width, box.y + box.height
        around = f"M{_n(x)} {_n(box.y)} {_n(right)} {_n(y)} {_n(x)} {_n(bottom)} {_n(box.x)} {_n(y)}Z"
        self._path(around, line, ground=ground, dashes=dashes, wide=1.5)
        if kind == "exclusiveGateway":
            self._path(f"M{_n(x - 7)} {_n(y - 8)}l14 16m0 -16l-14 16", line, wide=3)
        elif kind == "parallelGateway":
            self._path(f"M{_n(x - 10)} {_n(y)}h20m-10 -10v20", line, wide=3)
        elif kind == "inclusiveGateway":
            self._put("circle", cx=_n(x), cy=_n(y), r="10", stroke=line, fill="none", **{"stroke-width": "3"})
        else:
            for radius in ("13", "10"):
                self._put("circle", cx=_n(x), cy=_n(y), r=radius, stroke=line, fill="none")
            self._path(f"M{_n(x)} {_n(y - 6)}l6 4.5 -2.3 7h-7.4l-2.3 -7Z", line)

    def activity(self, box: Box, kind: str, line: str, ground: str, dashes: str) -> None:
        """Draw a task, a part that is called, or a subprocess, with the sign of its kind."""
        self.rectangle(box, line, ground, dashes, round_=8, wide=3 if kind == "callActivity" else 1.5)
        x, y = box.x + 7, box.y + 7
        if kind == "callActivity":
            middle, bottom = box.middle[0], box.y + box.height
            self._path(f"M{_n(middle - 6)} {_n(bottom - 14)}h12v12h-12Zm6 2v8m-4 -4h8", line)
        elif kind in _SIGNS:
            self._path(_SIGNS[kind].format(f"{_n(x)} {_n(y)}"), line)

    def _trigger(self, x: float, y: float, size: float, trigger: str, line: str) -> None:
        at = f"{_n(x)} {_n(y)}"
        if trigger == "timerEventDefinition":
            self._put("circle", cx=_n(x), cy=_n(y), r=_n(size), stroke=line, fill="#fff")
            self._path(f"M{at}v{_n(-size + 2)}M{at}l{_n(size - 4)} 2", line, wide=1.5)
        elif trigger == "messageEventDefinition":
            self._path(f"M{_n(x - 8)} {_n(y - 5)}h16v11h-16Zl8 6 8 -6", line)
        elif trigger == "errorEventDefinition":
            self._path(f"M{_n(x - 8)} {_n(y + 7)}l5 -12 6 7 5 -9 -5 13 -6 -7Z", line)
        elif trigger == "terminateEventDefinition":
            self._put("circle", cx=_n(x), cy=_n(y), r=_n(size - 2), fill=line)
        elif trigger in {"signalEventDefinition", "escalationEventDefinition"}:
            self._path(f"M{_n(x)} {_n(y - 8)}l8 14h-16Z", line)
        elif trigger:
            self._path(f"M{_n(x - 8)} {_n(y - 3)}h9v-4l8 7 -8 7v-4h-9Z", line)

    def _path(
        self,
        commands: str,
        line: str,
        *,
        ground: str = "none",
        dashes: str = "",
        wide: float = 1,
        arrow: bool = False,
    ) -> None:
        more = {"stroke-width": _n(wide), "stroke-dasharray": dashes}
        if arrow:
            more["marker-end"] = f"url(#arrow-{_ARROWS[line]})"
        self._put("path", d=commands, stroke=line, fill=ground, **more)

    def _put(self, name: str, within: etree._Element | None = None, **attributes: str) -> etree._Element:
        given = {key: value for key, value in attributes.items() if value}
        return etree.SubElement(self._here if within is None else within, f"{{{SVG}}}{name}", given)


_SIGNS = {
    "userTask": "M{}m5 0a3 3 0 1 0 .1 0m-5.1 12c0 -7 10 -7 10 0Z",
    "manualTask": "M{}h10v6h-10Z",
    "serviceTask": "M{}m6 2a4 4 0 1 0 .1 0m-.1 -2v12m-6 -6h12",
    "sendTask": "M{}h14v9h-14Zl7 5 7 -5",
    "receiveTask": "M{}h14v9h-14Zl7 5 7 -5",
    "scriptTask": "M{}h10v12h-10Zm2 3h6m-6 3h6m-6 3h6",
    "businessRuleTask": "M{}h14v10h-14Zm0 3h14m-9 -3v10",
}
"""Signs of tasks, as paths from a place."""


def _n(value: float) -> str:
    """Write a number as short as it may be."""
    return f"{round(value, 1):g}"
