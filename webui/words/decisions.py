"""A decision for a page: its tables with the cells that the checks speak of, its hit policy in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from engine.decisions.analysis import Analysis, Finding, analyse_decision
from engine.decisions.logic import Literal
from engine.feel import to_text

from .problems import in_language

if TYPE_CHECKING:
    from engine.decisions import Decision
    from engine.decisions.tables import Table
    from engine.definitions import Definition

MAX_RULES = 500
"""So many rules of a table are shown, the first ones."""
_WORST = ("error", "warning", "hint")


def decision_list(definition: Definition) -> list[dict[str, str]]:
    """Give the decisions of a service by name."""
    found = [{"id": key, "name": one.name} for key, one in definition.decisions.items()]
    return sorted(found, key=lambda one: one["name"])


def decision_words(decision: Decision, language: str) -> dict[str, Any]:
    """Give a decision: what it asks for, its tables, and what is to be said about each."""
    return {
        "id": decision.id,
        "name": decision.name,
        "inputs": sorted(decision.inputs),
        "requires": [{"id": one.id, "name": one.name} for one in decision.requires],
        "expression": decision.logic.text if isinstance(decision.logic, Literal) else "",
        "tables": [_table(table, analysis, language) for table, analysis in analyse_decision(decision)],
    }


def _table(table: Table, analysis: Analysis, language: str) -> dict[str, Any]:
    findings = analysis.findings
    return {
        "policy": _policy(table),
        "columns": [
            {
                "label": column.label,
                "expression": column.expression.text if column.expression.text != column.label else "",
                "type": column.type_name or "",
                "allowed": column.allowed.text if column.allowed else "",
                "marks": _numbers(findings, column=index, rule=None),
            }
            for index, column in enumerate(table.inputs)
        ],
        "outputs": [
            {
                "name": one.name,
                "type": one.type_name or "",
                "default": one.default.text if one.default else "",
            }
            for one in table.outputs
        ],
        "rules": [_rule(table, number, findings) for number in range(1, min(len(table.rows), MAX_RULES) + 1)],
        "left": max(0, len(table.rows) - MAX_RULES),
        "findings": [_finding(one, number, table, language) for number, one in enumerate(findings, start=1)],
        "undecided": [in_language(why, language) for why in analysis.undecided],
    }


def _rule(table: Table, number: int, findings: list[Finding]) -> dict[str, Any]:
    rule = table.rows[number - 1]
    return {
        "number": number,
        "id": rule.id,
        "tests": [
            {
                "text": test.text if test else "–",
                "class": _class(findings, number, index),
                "marks": _numbers(findings, column=index, rule=number),
            }
            for index, test in enumerate(rule.tests)
        ],
        "results": [cell.text for cell in rule.results],
        "note": rule.note,
        "findings": [
            {"number": place, "severity": one.severity}
            for place, one in enumerate(findings, start=1)
            if _is_of(one, number)
        ],
    }


def _finding(one: Finding, number: int, table: Table, language: str) -> dict[str, Any]:
    return {
        "number": number,
        "severity": one.severity,
        "code": one.code,
        "message": in_language(one.message, language),
        "hint": in_language(one.hint, language),
        "example": [{"input": name, "value": to_text(value)} for name, value in one.example.items()],
        "rules": list(one.rules),
        "columns": [table.inputs[index].label for index in one.columns],
    }


def _is_of(finding: Finding, rule: int) -> bool:
    """Tell whether a finding is about a rule; a gap only names those near it, a hidden rule those that hide it."""
    if finding.code == "table_rule_hidden":
        return rule == finding.rules[0]
    return rule in finding.rules and finding.code != "table_gap"


def _about(findings: Iterable[Finding], rule: int | None, column: int) -> list[tuple[int, Finding]]:
    return [
        (number, one)
        for number, one in enumerate(findings, start=1)
        if (
            column in one.columns and not one.rules
            if rule is None
            else _is_of(one, rule) and (column in one.columns or not one.columns)
        )
    ]


def _numbers(findings: list[Finding], *, column: int, rule: int | None) -> list[int]:
    """Give the numbers of the findings about a cell, or about the head of a column."""
    return [number for number, _one in _about(findings, rule, column)]


def _class(findings: list[Finding], rule: int, column: int) -> str:
    severities = {one.severity for _number, one in _about(findings, rule, column)}
    worst = next((severity for severity in _WORST if severity in severities), None)
    return f"cell-{worst}" if worst else ""


def _policy(table: Table) -> str:
    """Say what happens when several rules fit."""
    if table.aggregation:
        said = {
            "SUM": _("All rules that fit count: their results are added."),
            "COUNT": _("All rules that fit are counted."),
            "MIN": _("All rules that fit count: the smallest result is taken."),
            "MAX": _("All rules that fit count: the largest result is taken."),
        }
        return str(said[table.aggregation])
    said = {
        "UNIQUE": _("At most one rule may fit."),
        "ANY": _("Several rules may fit, if they give the same result."),
        "FIRST": _("The first rule that fits counts."),
        "PRIORITY": _("Of the rules that fit, the one with the most important result counts."),
        "COLLECT": _("All rules that fit count: their results make a list."),
        "RULE ORDER": _("All rules that fit count: their results make a list, in the order of the rules."),
        "OUTPUT ORDER": _("All rules that fit count: their results make a list, the most important first."),
    }
    return str(said[table.hit_policy])
