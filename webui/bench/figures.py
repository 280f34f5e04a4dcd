"""What benches tell: medians, a table of figures with their goals, and JSON where a program reads."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_SMALL = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. goal: such as `≤ 8`; empty for what has none."""

    name: str
    value: float
    unit: str = ""
    goal: str = ""

    @property
    def kept(self) -> bool | None:
        """Say whether the goal is met; None where there is none."""
        if not self.goal:
            return None
        sign, limit = self.goal.split()
        return self.value <= float(limit) if sign == "≤" else self.value >= float(limit)


def median(values: Sequence[float]) -> float:
    """Give the middle value."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which that share of all lies."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def table(title: str, figures: Sequence[Figure]) -> str:
    """Give a table of figures, their goals, and whether they are kept."""
    verdicts = {None: "", True: "kept", False: "MISSED"}
    width = max(len(figure.name) for figure in figures)
    lines = [title]
    for figure in figures:
        number = f"{figure.value:>12,.3f}" if abs(figure.value) < _SMALL else f"{figure.value:>12,.0f}"
        goal = f"{figure.goal:<8} {verdicts[figure.kept]}" if figure.goal else ""
        lines.append(f"  {figure.name:<{width}} {number} {figure.unit:<10} {goal}".rstrip())
    return "\n".join(lines)


def write(path: Path | None, title: str, figures: Sequence[Figure]) -> None:
    """Write the figures as JSON, where a path was given."""
    if path is not None:
        found = [{**asdict(figure), "kept": figure.kept} for figure in figures]
        text = json.dumps({"title": title, "figures": found}, ensure_ascii=False, indent=2)
        path.write_text(text + "\n", "utf-8")
