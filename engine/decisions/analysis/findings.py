"""What the analysis of a table gives: findings with an example, and what could not be decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.decisions.tables import Place
from engine.problems import Problem

MAX_FINDINGS = 5  # of each kind in a table; more of them say nothing new


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a table.

    severity: a hint is for the page of the table only. rules: their numbers, from 1. columns: of inputs, from 0.
    example: a value for each column that matters, by its expression.
    """

    code: str
    severity: Literal["error", "warning", "hint"]
    message: str
    hint: str
    place: Place
    rules: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Analysis:
    """All findings about one table. undecided: what keeps the analysis from saying everything, in sentences."""

    findings: list[Finding] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Note a finding, unless there are many of its kind already."""
        if sum(1 for one in self.findings if one.code == finding.code) < MAX_FINDINGS:
            self.findings.append(finding)

    def leave(self, why: str) -> None:
        """Note once what is not decided."""
        if why not in self.undecided:
            self.undecided.append(why)

    def problems(self, file: str) -> list[Problem]:
        """Give what a designer has to mend, or should know before the table is used."""
        return [
            Problem(file, one.place.line, one.place.element, one.code, one.severity, one.message, one.hint)
            for one in self.findings
            if one.severity != "hint"
        ]
