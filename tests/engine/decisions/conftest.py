"""What the tests of decisions share: a clock, and a short way to write DMN files."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from engine.decisions import Model, read
from engine.feel import Environment

if TYPE_CHECKING:
    from collections.abc import Sequence

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def definitions(inner: str, namespace: str = DMN) -> bytes:
    """Give a file with these elements."""
    return f'<definitions xmlns="{namespace}" id="file" name="File">\n{inner}\n</definitions>'.encode()


def model(inner: str) -> Model:
    return read(definitions(inner), filename="test.dmn")


def cell(tag: str, text: str, attributes: str = "") -> str:
    return f"<{tag}{attributes}><text>{escape(text)}</text></{tag}>"


def decision(name: str, logic: str, *, requires: Sequence[str] = (), variable_type: str = "") -> str:
    """Give a decision whose id is `d_<name>`; requires: ids of decisions."""
    links = "".join(
        f'<informationRequirement><requiredDecision href="#{link}"/></informationRequirement>'
        for link in requires
    )
    of = f' typeRef="{variable_type}"' if variable_type else ""
    return f'<decision id="d_{name}" name="{name}"><variable name="{name}"{of}/>{links}{logic}</decision>'


def literal(text: str) -> str:
    return cell("literalExpression", text)


def table(
    rules: Sequence[Sequence[str]],
    *,
    inputs: Sequence[str] = ("x",),
    outputs: Sequence[str] = ("",),
    policy: str = "UNIQUE",
    aggregation: str = "",
    input_type: str = "",
    input_values: str = "",
    output_type: str = "",
    output_values: str = "",
    default: str = "",
) -> str:
    """Give a table; a rule is its conditions, then its results, and its id is `r1`, `r2`, …"""
    input_of = f' typeRef="{input_type}"' if input_type else ""
    output_of = f' typeRef="{output_type}"' if output_type else ""
    parts = [
        f'<decisionTable hitPolicy="{policy}"' + (f' aggregation="{aggregation}">' if aggregation else ">")
    ]
    for text in inputs:
        values = cell("inputValues", input_values) if input_values else ""
        parts.append(f"<input>{cell('inputExpression', text, input_of)}{values}</input>")
    for name in outputs:
        named = f' name="{name}"' if name else ""
        inner = cell("outputValues", output_values) if output_values else ""
        inner += cell("defaultOutputEntry", default) if default else ""
        parts.append(f"<output{named}{output_of}>{inner}</output>")
    for number, rule in enumerate(rules, start=1):
        tests = "".join(cell("inputEntry", text) for text in rule[: len(inputs)])
        results = "".join(cell("outputEntry", text) for text in rule[len(inputs) :])
        parts.append(f'\n<rule id="r{number}">{tests}{results}</rule>')
    return "".join([*parts, "</decisionTable>"])


@pytest.fixture(scope="session")
def environment() -> Environment:
    return Environment(
        now=lambda: datetime(2026, 3, 2, 2, tzinfo=UTC), zone=ZoneInfo("Asia/Shanghai"), calendar=None
    )
