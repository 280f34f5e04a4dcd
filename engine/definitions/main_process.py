"""Checks the main process: what a case is called, who may start one, and the timer that starts them by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.sentences import Sentence

from .declarations import LEVELS
from .references import SPAN
from .xml import B, L

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import etree

    from .declarations import Declarations, Groups
    from .findings import Findings

_CYCLE = re.compile(r"R\d*/(.+)")


def check_main(
    key: str,
    trees: Iterable[tuple[str, etree._Element]],
    declared: Declarations,
    groups: Groups,
    findings: Findings,
) -> etree._Element | None:
    """Check the main process and give it; None when there is none."""
    main = None
    for file, root in trees:
        for process in root.iter(f"{B}process"):
            if process.get("id") == key:
                main = process
            else:
                _refuse_timer(process, file, findings)
    file = f"{key}.bpmn"
    if main is None:
        message = Sentence("Expected a diagram {key}.bpmn whose process has the id {key!r}.", key=key)
        findings.add(file, "main_missing", message, "Name process, file and folder alike.")
        return None
    for attribute in ("caseNumber", "title", "startGroups"):
        if not main.get(f"{L}{attribute}"):
            findings.add(
                file,
                "main_incomplete",
                Sentence("Expected linbang:{attribute} on the main process.", attribute=attribute),
                node=main,
            )
    for group in _start_groups(main):
        if group not in groups:
            findings.add(
                file,
                "group_unknown",
                Sentence("Expected a known group in startGroups, but got {group!r}.", group=group),
                node=main,
            )
    _check_timer(main, file, declared, groups, findings)
    return main


def start_timer(main: etree._Element) -> str | None:
    """Give the cycle by which the main process starts cases by itself; None without one."""
    text = main.findtext(f"{B}startEvent/{B}timerEventDefinition/{B}timeCycle")
    return text.strip() if text else None


def _check_timer(
    main: etree._Element, file: str, declared: Declarations, groups: Groups, findings: Findings
) -> None:
    timer = main.find(f"{B}startEvent/{B}timerEventDefinition")
    if timer is None:
        return
    cycle = _CYCLE.fullmatch(start_timer(main) or "")
    if cycle is None or SPAN.fullmatch(cycle[1]) is None:
        message = "Expected the timer of the main start event to be a cycle without FEEL, such as R/P1M."
        findings.add(
            file, "start_timer_no_cycle", message, "A case has no variables before it starts.", node=timer
        )
    named = [*_start_groups(main), *(one.group for one in declared.elements.values() if one.group)]
    below = {key for key in named if key in groups and groups[key].level != LEVELS[0]}
    if below:
        message = Sentence(
            "Expected every group of the service at the district, because the timer starts cases at the authority's own office, but below it are {listed}.",
            listed=", ".join(sorted(below)),
        )
        hint = "Let the case start others with cases.open at the office concerned."
        findings.add(file, "timer_start_below_district", message, hint, node=timer)


def _start_groups(main: etree._Element) -> list[str]:
    return str(main.get(f"{L}startGroups", "")).replace(",", " ").split()


def _refuse_timer(process: etree._Element, file: str, findings: Findings) -> None:
    timer = process.find(f"{B}startEvent/{B}timerEventDefinition")
    if timer is not None:
        message = "Expected a timer on the start event of the main process only; this one is called."
        hint = "Put a timer event behind the start event."
        findings.add(file, "start_timer_misplaced", message, hint, node=timer)
