"""Which clocks a person may give more time, to which limit, for which legal reasons: a service's `extensions.yaml`.

Reads and checks it; grants nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import yaml

from engine import clocks
from engine.clocks import Limit, Unit
from engine.errors import InvalidInput
from engine.sentences import Sentence

from .declarations import yaml_of

if TYPE_CHECKING:
    from .bundle import Bundle
    from .declarations import DeadlineDeclaration, Groups
    from .findings import Findings

FILE = "extensions.yaml"
MAX_RULES = 50
"""Clocks of one service that may be extended by hand."""
MAX_REASONS = 30
"""Reasons of one clock."""
MAX_TIMES = 5
_OF_RULE = ("limit", "times", "hands_over", "reasons")
_OF_REASON = ("basis", "by", "letter", "notice")
"""What a reason says; where it does not, what the clock says counts for all its reasons."""


@dataclass(frozen=True, slots=True)
class ExtensionReason:
    """Why somebody may extend a clock.

    key: also that of its words under `reasons`. basis: the law that allows it. by: groups whose people may.
    letter, notice: by which the applicant is told.
    """

    key: str
    basis: str
    by: tuple[str, ...]
    letter: str | None
    notice: str | None


@dataclass(frozen=True, slots=True)
class ExtensionRule:
    """How one clock may be extended.

    limit: what it gets, counted from its start as before. times: how often, what the diagram extends included.
    hands_over: clocks on the same element that stop for good when this one is extended, unless they have been missed.
    """

    deadline: str
    limit: Limit
    times: int
    hands_over: tuple[str, ...]
    reasons: Mapping[str, ExtensionReason]


@dataclass(frozen=True, slots=True)
class Named:
    """What there is to be named in the file."""

    deadlines: Mapping[str, DeadlineDeclaration]
    groups: Groups
    letters: Collection[str]
    notices: Collection[str]


def read_extensions(bundle: Bundle, named: Named, findings: Findings) -> dict[str, ExtensionRule]:
    """Read a service's rules by clock; everything that is wrong with them is a finding, and left out."""
    document = yaml_of(bundle, FILE, findings)
    if document is None:
        return {}
    if len(document) > MAX_RULES:
        message = Sentence("Expected at most {most} clocks that may be extended.", most=MAX_RULES)
        findings.add(FILE, "extensions_many", message)
        return {}
    reader = _Reader(bundle.files[FILE], named, findings)
    found = {str(key): reader.rule(str(key), item) for key, item in document.items()}
    return {key: rule for key, rule in found.items() if rule is not None}


@dataclass
class _Reader:
    """Reads the rules of one clock after the other, and says what is wrong in which line."""

    content: bytes
    named: Named
    findings: Findings

    def rule(self, clock: str, item: Any) -> ExtensionRule | None:
        """Give the rule of a clock; None where it says too little to be one."""
        known = self._one_of((clock,), "clock", clock, self.named.deadlines, "deadline_unknown")
        reasons = item.get("reasons") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(reasons, dict) or not reasons:
            message = Sentence("Expected {clock} to have a limit and reasons for it.", clock=clock)
            self._add((clock,), "extension_incomplete", message, "See section 4 of processes/FORMAT.md.")
            return None
        self._only((clock,), item, (*_OF_RULE, *_OF_REASON))
        limit = self._limit(clock, item.get("limit"))
        if limit is None or not known:
            return None
        if len(reasons) > MAX_REASONS:
            message = Sentence(
                "Expected at most {most} reasons to extend {clock}.", most=MAX_REASONS, clock=clock
            )
            self._add((clock, "reasons"), "extensions_many", message)
            return None
        given = {
            str(key): self._reason(clock, str(key), {name: item.get(name) for name in _OF_REASON}, reason)
            for key, reason in reasons.items()
        }
        return ExtensionRule(
            clock,
            limit,
            self._times(clock, item.get("times", 1)),
            tuple(self._hands_over(clock, item.get("hands_over"))),
            {key: reason for key, reason in given.items() if reason is not None},
        )

    def _limit(self, clock: str, text: Any) -> Limit | None:
        """Give the limit; None and a finding where it cannot be one, or is no longer than that of the diagram."""
        place = (clock, "limit")
        try:
            limit = clocks.parse_limit(text)
        except InvalidInput as exc:
            self._add(place, "limit_broken", exc.message)
            return None
        declared = self.named.deadlines.get(clock)
        wrong = None if declared is None else _wrong_limit(declared, limit)
        if wrong is None:
            return limit
        self._add(place, *wrong)
        return None

    def _times(self, clock: str, times: Any) -> int:
        if isinstance(times, int) and not isinstance(times, bool) and 1 <= times <= MAX_TIMES:
            return times
        message = Sentence(
            "Expected {clock} to be extended 1 to {most} times, but got {times!r}.",
            clock=clock,
            most=MAX_TIMES,
            times=str(times),
        )
        self._add((clock, "times"), "extension_times", message)
        return 1

    def _hands_over(self, clock: str, names: Any) -> Iterator[str]:
        for name in _listed(names):
            scope = self.named.deadlines[clock].scope
            beside = [key for key, one in self.named.deadlines.items() if key != clock and one.scope == scope]
            if self._one_of((clock, "hands_over"), "clock", name, beside, "deadline_unknown"):
                yield name

    def _reason(self, clock: str, key: str, usual: Mapping[str, Any], item: Any) -> ExtensionReason | None:
        place = (clock, "reasons", key)
        own = item if isinstance(item, dict) else {}
        if item is not None and not isinstance(item, dict):
            message = Sentence("Expected names and values under the reason {key}.", key=key)
            self._add(place, "extension_incomplete", message)
        self._only(place, own, _OF_REASON)
        says = {**usual, **own}
        by = _listed(says["by"])
        if not says["basis"] or not isinstance(says["basis"], str):
            message = Sentence("Expected the reason {key} to name the law that allows it.", key=key)
            self._add(place, "extension_basis", message, "Write it as basis, printed in the day ledger.")
        if not by:
            message = Sentence("Expected the reason {key} to say who may extend for it.", key=key)
            self._add(place, "extension_nobody", message, "Write groups as by.")
        known = [self._one_of(place, "group", group, self.named.groups, "group_unknown") for group in by]
        letter = self._told(place, "letter", says["letter"], self.named.letters)
        notice = self._told(place, "notice", says["notice"], self.named.notices)
        declared = self.named.deadlines.get(clock)
        if not says["letter"] and not says["notice"] and (declared is None or declared.kind != "internal"):
            message = Sentence("Expected the reason {key} to name a letter or a notice.", key=key)
            hint = "Whoever waits has to be told of the new date and why; only an internal clock concerns nobody."
            self._add(place, "extension_untold", message, hint)
        if not says["basis"] or not by or not all(known):
            return None
        return ExtensionReason(key, str(says["basis"]), tuple(by), letter, notice)

    def _told(self, place: tuple[str, ...], what: str, name: Any, choices: Collection[str]) -> str | None:
        if not name:
            return None
        self._one_of(place, what, str(name), choices, f"{what}_unknown")
        return str(name)

    def _only(self, place: tuple[str, ...], item: Mapping[Any, Any], known: tuple[str, ...]) -> None:
        for name in item:
            self._one_of((*place, str(name)), "entry", str(name), known, "extension_entry")

    def _one_of(
        self, place: tuple[str, ...], what: str, value: str, choices: Collection[str], code: str
    ) -> bool:
        if value in choices:
            return True
        message = Sentence("Expected a known {what}, but got {value!r}.", what=what, value=value)
        listed = ", ".join(sorted(choices)[:20]) or "none"
        self._add(place, code, message, Sentence("There are: {listed}.", listed=listed))
        return False

    def _add(self, place: tuple[str, ...], code: str, message: str, hint: str = "") -> None:
        self.findings.add(FILE, code, message, hint, line=self._line(place))

    def _line(self, place: tuple[str, ...]) -> int | None:
        """Give the line in which something stands; where it is missing, that of what it is missing from."""
        return next(
            (self._lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in self._lines), None
        )

    @cached_property
    def _lines(self) -> dict[tuple[str, ...], int]:
        document = yaml.compose(self.content, Loader=yaml.SafeLoader)
        return dict(_lines_of(document, ()))


def _wrong_limit(declared: DeadlineDeclaration, limit: Limit) -> tuple[str, str, str] | None:
    """Say why a clock cannot get a limit, as code, message and hint; what FEEL gives is seen when it is extended."""
    if declared.kind == "promised" and limit.unit is Unit.HOUR:
        message = Sentence(
            "Expected the promised clock {clock} to be extended to a limit in days.", clock=declared.id
        )
        return "hours_promised", message, ""
    try:
        before = clocks.parse_limit(declared.limit)
    except InvalidInput:
        return None  # FEEL, or said of the diagram
    if before.unit is not limit.unit:
        message = Sentence(
            "Expected {clock} to be extended in {unit}, as the diagram counts it, but got {limit}.",
            clock=declared.id,
            unit=before.unit,
            limit=limit,
        )
        return "extension_unit", message, "Days of another kind cannot be compared."
    if limit.count <= before.count:
        message = Sentence(
            "Expected a limit of {clock} that is longer than {before}, but got {limit}.",
            clock=declared.id,
            before=before,
            limit=limit,
        )
        return "extension_not_longer", message, "The limit is counted from the clock's start."
    return None


def _lines_of(node: yaml.Node | None, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Give the line of every name, down to what a reason says."""
    if isinstance(node, yaml.MappingNode) and len(place) < 4:  # noqa: PLR2004 - clock, reasons, reason, entry
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                inner = (*place, str(key.value))
                yield inner, key.start_mark.line + 1
                yield from _lines_of(value, inner)


def _listed(names: Any) -> list[str]:
    """Give names from a list, or from a text with blanks or commas between."""
    if isinstance(names, str):
        return names.replace(",", " ").split()
    return [str(name) for name in names] if isinstance(names, list) else []
