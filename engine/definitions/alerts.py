"""Who hears of a clock, at which level, by which way: the rules of a service's `alerts.yaml`, read and checked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine import clocks
from engine.errors import InvalidInput
from engine.sentences import Sentence

from .declarations import yaml_of

if TYPE_CHECKING:
    from .bundle import Bundle
    from .declarations import DeadlineDeclaration, Groups
    from .findings import Findings

FILE = "alerts.yaml"
PEOPLE = ("assignee", "leader", "supervisor", "district")
"""Who may be told. assignee: who has claimed a task that the clock watches. leader: the people of the group that
leads the task's group. supervisor: those of the case's office and of all above it but the topmost. district:
those of the topmost office.
"""
GROUP = "group "
"""What stands before the name of a group, all of whose people are told."""
PAGE, MAIL, SMS = "page", "mail", "sms"
WAYS = (PAGE, MAIL, SMS)
"""The page is always among them: what a message tells of can be looked up."""
WARNING, BREACH, AFTER = "warning", "breach", "after "
EVERY_CLOCK = "default"
MAX_AFTER_DAYS = 60
MAX_AFTER = 5
MAX_CLOCKS = 200


@dataclass(frozen=True, slots=True)
class Told:
    """Some people and the ways by which they are told. who: one of PEOPLE, or GROUP with a group's name."""

    who: str
    ways: frozenset[str]


@dataclass(frozen=True, slots=True)
class AlertRule:
    """Who is told of one level of one clock; nobody where the designer wrote so. name: where it is written."""

    name: str
    told: tuple[Told, ...]


Levels = Mapping[str, tuple[Told, ...]]


@dataclass(frozen=True, slots=True)
class AlertRules:
    """The rules of a service by clock, those of EVERY_CLOCK for clocks and levels without rules of their own."""

    clocks: Mapping[str, Levels] = field(default_factory=dict)

    def of(self, deadline_id: str, level: str, escalate_to: str = "supervisor") -> AlertRule:
        """Give the rule of a level: `breach`, `after 3 WD`, or the text of a warning.

        A clock's own rule counts before that of every clock, and a level's before that of every warning.
        escalate_to: the group that the diagram names; it is told of a breach where nothing is written.
        """
        levels = [level]
        if level != BREACH and not level.startswith(AFTER):
            levels.append(WARNING)
        for clock in (deadline_id, EVERY_CLOCK):
            for one in levels:
                told = self.clocks.get(clock, {}).get(one)
                if told is not None:
                    return AlertRule(f"{clock}, {one}", told)
        return AlertRule(f"built in, {levels[-1]}", _built_in(levels[-1], escalate_to))

    def later(self, deadline_id: str) -> list[tuple[str, int]]:
        """Give the levels after a breach of a clock with their number of working days, the soonest first."""
        written = {**self.clocks.get(EVERY_CLOCK, {}), **self.clocks.get(deadline_id, {})}
        found = [
            (level, days_after(level)) for level, told in written.items() if level.startswith(AFTER) and told
        ]
        return sorted(found, key=lambda one: one[1])


def days_after(level: str) -> int:
    """Give the working days of a level such as `after 3 WD`; raises InvalidInput for any other text."""
    limit = clocks.parse_limit(level.removeprefix(AFTER))
    if limit.unit is not clocks.Unit.WORKING_DAY or not 1 <= limit.count <= MAX_AFTER_DAYS:
        raise InvalidInput(
            Sentence(
                "Expected 1 to {most} working days such as `after 3 WD`, but got {level!r}",
                most=MAX_AFTER_DAYS,
                level=level,
            )
        )
    return limit.count


def _built_in(level: str, escalate_to: str) -> tuple[Told, ...]:
    """Give what counts where nothing is written: supervisors by mail, whoever works on it on the page."""
    above = (Told("supervisor", frozenset({PAGE, MAIL})), Told("district", frozenset({PAGE, MAIL})))
    if level == WARNING:
        return (Told("assignee", frozenset({PAGE})), *above)
    if level == BREACH and escalate_to != "supervisor":
        return (Told(GROUP + escalate_to, frozenset({PAGE, MAIL})), *above)
    return above if level == BREACH else ()


def read_alerts(
    bundle: Bundle, groups: Groups, deadlines: Mapping[str, DeadlineDeclaration], findings: Findings
) -> AlertRules:
    """Read a service's rules; everything that is wrong with them is a finding, and left out."""
    document = yaml_of(bundle, FILE, findings)
    if document is None:
        return AlertRules()
    if len(document) > MAX_CLOCKS:
        findings.add(
            FILE,
            "alerts_many",
            Sentence("Expected rules of at most {most} clocks.", most=MAX_CLOCKS),
        )
        return AlertRules()
    reader = _Reader(bundle.files[FILE].decode("utf-8", "replace").splitlines(), groups, deadlines, findings)
    return AlertRules({str(clock): dict(reader.levels(str(clock), item)) for clock, item in document.items()})


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the rules of one clock after the other, and says what is wrong in which line."""

    lines: list[str]
    groups: Groups
    deadlines: Mapping[str, DeadlineDeclaration]
    findings: Findings

    def levels(self, clock: str, item: Any) -> Iterator[tuple[str, tuple[Told, ...]]]:
        if clock != EVERY_CLOCK and clock not in self.deadlines:
            self._one_of(clock, "", "clock", clock, [EVERY_CLOCK, *self.deadlines], "alerts_clock_unknown")
            return
        if not isinstance(item, dict) or not item:
            message = Sentence(
                "Expected levels such as `breach` under {clock}, each with who is told.", clock=clock
            )
            self._add(clock, "", "alerts_incomplete", message)
            return
        if sum(str(level).startswith(AFTER) for level in item) > MAX_AFTER:
            message = Sentence(
                "Expected at most {most} levels after the breach of {clock}.",
                most=MAX_AFTER,
                clock=clock,
            )
            self._add(clock, "", "alerts_many", message)
        for written, people in item.items():
            level = self._level(clock, str(written))
            if level is None:
                continue
            told = tuple(self._told(clock, str(written), people))
            if level == BREACH and people == {}:
                message = Sentence("Expected somebody to be told when {clock} is missed.", clock=clock)
                self._add(
                    clock, level, "alerts_nobody", message, "A missed clock is never kept from everybody."
                )
                continue
            yield level, told

    def _level(self, clock: str, written: str) -> str | None:
        """Give a level as alerts name it; None for one that never comes."""
        if written in (WARNING, BREACH):
            return written
        try:
            if written.startswith(AFTER):
                return f"{AFTER}{days_after(written)} WD"
            (parsed,) = clocks.parse_warnings(written)
        except (InvalidInput, ValueError):
            message = Sentence(
                "Expected a level of {clock} to be warning, breach, such as 60% or 2 WD, or such as after 3 WD, but got {written!r}.",
                clock=clock,
                written=written,
            )
            self._add(clock, written, "alerts_level_broken", message)
            return None
        if str(parsed) not in self._warnings(clock):
            message = Sentence(
                "Expected {written} to be a level at which {clock} warns; nobody would ever be told.",
                written=written,
                clock=clock,
            )
            self._add(
                clock, written, "alerts_level_unknown", message, "Write it into `warn` of the clock, too."
            )
            return None
        return str(parsed)

    def _warnings(self, clock: str) -> set[str]:
        declared = self.deadlines.values() if clock == EVERY_CLOCK else [self.deadlines.get(clock)]
        found = set()
        for one in declared:
            try:
                found |= {str(level) for level in clocks.parse_warnings(one.warn if one else "")}
            except InvalidInput:
                continue  # said of the diagram
        return found

    def _told(self, clock: str, level: str, people: Any) -> Iterator[Told]:
        if not isinstance(people, dict):
            message = Sentence(
                "Expected {clock}, {level} to say who is told by which ways, such as `assignee: page mail`.",
                clock=clock,
                level=level,
            )
            self._add(clock, level, "alerts_incomplete", message, "Write {} where nobody is to be told.")
            return
        for who, ways in people.items():
            if self._known(clock, level, str(who)) and (wanted := self._ways(clock, level, ways)):
                yield Told(str(who), frozenset({PAGE, *wanted}))

    def _known(self, clock: str, level: str, who: str) -> bool:
        if who.startswith(GROUP):
            group = who.removeprefix(GROUP)
            return self._one_of(clock, level, "group", group, self.groups, "group_unknown")
        return self._one_of(clock, level, "person to tell", who, PEOPLE, "alerts_who_unknown")

    def _ways(self, clock: str, level: str, ways: Any) -> list[str]:
        wanted = str(ways).replace(",", " ").split() if isinstance(ways, str) else []
        if not wanted:
            message = Sentence(
                "Expected {clock}, {level} to name ways such as `page mail sms`, but got {ways!r}.",
                clock=clock,
                level=level,
                ways=ways,
            )
            self._add(clock, level, "alerts_way_unknown", message)
        return [way for way in wanted if self._one_of(clock, level, "way", way, WAYS, "alerts_way_unknown")]

    def _one_of(
        self, clock: str, level: str, what: str, value: str, choices: Collection[str], code: str
    ) -> bool:
        if value in choices:
            return True
        where = f"{clock}, {level}" if level else clock
        message = Sentence(
            "Expected a known {what} in the rules of {where}, but got {value!r}.",
            what=what,
            where=where,
            value=value,
        )
        self._add(
            clock,
            level,
            code,
            message,
            Sentence("There are: {listed}.", listed=", ".join(list(choices)[:30])),
        )
        return False

    def _add(self, clock: str, level: str, code: str, message: str, hint: str = "") -> None:
        self.findings.add(FILE, code, message, hint, line=self._line(clock, level))

    def _line(self, clock: str, level: str) -> int | None:
        """Give the line in which the rule is written, as far as one can see it."""
        below = False
        for number, line in enumerate(self.lines, 1):
            if re.match(rf"['\"]?{re.escape(clock)}['\"]?\s*:", line):
                if not level or level in line.partition(":")[2]:
                    return number
                below = True
            elif below and line[:1] not in (" ", "\t", "#", ""):
                return None
            elif below and re.match(rf"\s+['\"]?{re.escape(level)}['\"]?\s*:", line):
                return number
        return None
