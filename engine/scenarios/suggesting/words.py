"""What stories that are proposed say of themselves, in both languages: they are files, and files have no reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..edges import BEFORE, HOLIDAY, LAST_DAY, LATE, MADE_UP, WEEKEND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .model import Model
    from .plans import Goal

REMARKS = (
    "由 linbang test --suggest 提出：实际办一遍得出。请核对 expect 里写的是否就是应有的结果，再改好标题。",
    "Proposed by linbang test --suggest, and really played. Check that what it expects is what should happen.",
)
_EDGES = {
    BEFORE: ("提前办完", "kept before its last day"),
    LAST_DAY: ("最后一天办完", "kept on its last day"),
    LATE: ("逾期", "missed"),
    WEEKEND: ("跨周末", "runs over a weekend"),
    HOLIDAY: ("跨法定节假日", "runs over a holiday"),
    MADE_UP: ("跨调休上班日", "runs over a made-up working day"),
}
_TELLING = ("nodes", "timers", "flows", "rules", "edges")


@dataclass(frozen=True)
class Words:
    """Names what a service's stories pass, as its people do."""

    model: Model

    def title(self, goals: Sequence[Goal]) -> dict[str, str]:
        """Give the title of a story for what it covers."""
        first = min(goals, key=lambda goal: (_TELLING.index(goal[0]), goal[1]))
        more = len(goals) - 1
        return {
            "zh": f"待确认：{self.said(first, 'zh')}" + (f"，另有 {more} 处" if more else ""),
            "en": f"To be confirmed: {self.said(first, 'en')}" + (f", and {more} more" if more else ""),
        }

    def said(self, goal: Goal, language: str) -> str:
        """Name one thing that is passed."""
        kind, name = goal
        chinese = language == "zh"
        if kind == "edges":
            clock, _, edge = name.partition("@")
            told = self.model.definition.texts.say(language, "deadlines", clock)
            return f"时限「{told}」{_EDGES[edge][0]}" if chinese else f"the clock “{told}” {_EDGES[edge][1]}"
        if kind == "rules":
            return f"规则 {name}" if chinese else f"rule {name}"
        way = self.model.ways.get(name)
        if way is not None:
            source, target = self._called(way.source, language), self._called(way.target, language)
            return f"从「{source}」到「{target}」" if chinese else f"from “{source}” to “{target}”"
        return (
            f"经过「{self._called(name, language)}」"
            if chinese
            else f"by way of “{self._called(name, language)}”"
        )

    def _called(self, element_id: str, language: str) -> str:
        return self.model.definition.texts.say(language, "elements", element_id, "name")
