"""The public DMN TCK, where it is at hand: `LINBANG_DMN_TCK` names a folder with `compliance-level-*`.

Level 2 has to pass whole, and 95 % of level 3. What misses in the folders that were at hand is listed in
`docs/DMN.md`, each case with its reason.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from engine import feel
from engine.decisions import read
from engine.decisions.analysis import analyse
from engine.errors import EngineError
from engine.feel import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = Path(__file__).parents[3] / "docs" / "DMN.md"
FOLDER = os.environ.get("LINBANG_DMN_TCK")
TESTCASE = "{http://www.omg.org/spec/DMN/20160719/testcase}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
ENVIRONMENT = Environment(
    now=lambda: datetime(2026, 3, 2, 10, tzinfo=UTC), zone=ZoneInfo("UTC"), calendar=None
)

pytestmark = pytest.mark.skipif(not FOLDER, reason="LINBANG_DMN_TCK names no folder with the DMN TCK")


def value_of(element: Any) -> Any:
    """Give the value of an input or expected node."""
    components = element.findall(f"{TESTCASE}component")
    items = element.find(f"{TESTCASE}list")
    value = element.find(f"{TESTCASE}value")
    if components:
        return {component.get("name"): value_of(component) for component in components}
    if items is not None:
        return [value_of(item) for item in items.findall(f"{TESTCASE}item")]
    return None if value is None or value.get(XSI_NIL) == "true" else single_value(value)


def single_value(value: Any) -> Any:
    """Give the value of a text by its type."""
    text, kind = value.text or "", (value.get(XSI_TYPE) or "xsd:string").partition(":")[2]
    if kind in {"decimal", "double", "integer", "int", "float"}:
        return Decimal(text) if text not in {"INF", "NaN"} else None
    if kind == "boolean":
        return text == "true"
    if kind in {"date", "time", "dateTime", "duration", "dayTimeDuration", "yearMonthDuration"}:
        return feel.compile(f'@"{text}"').evaluate({}, ENVIRONMENT)
    return text


def same(actual: Any, expected: Any) -> bool:
    """Compare as the TCK does: numbers by value to 8 digits behind the point."""
    if isinstance(expected, list):
        return isinstance(actual, list) and len(actual) == len(expected) and all(map(same, actual, expected))
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(same(actual.get(key), expected[key]) for key in expected)
    if isinstance(expected, Decimal) and isinstance(actual, int | Decimal) and not isinstance(actual, bool):
        return abs(actual - expected) < Decimal("1e-8") * max(1, abs(expected))
    return type(actual) is type(expected) and actual == expected


def cases(folder: Path) -> Iterator[tuple[str, bool]]:
    """Run all cases of a folder; give each one's name and whether it passed."""
    for tests in sorted(folder.glob("*.xml")):
        root = etree.parse(tests).getroot()
        model_file = folder / root.findtext(f"{TESTCASE}modelName")
        beside = {file.name: file.read_bytes() for file in folder.glob("*.dmn")}
        try:
            model = read(beside[model_file.name], filename=model_file.name, beside=beside, partly=True)
        except EngineError:
            model = None
        for case in root.findall(f"{TESTCASE}testCase"):
            variables = {node.get("name"): value_of(node) for node in case.findall(f"{TESTCASE}inputNode")}
            for node in case.findall(f"{TESTCASE}resultNode"):
                expected = node.find(f"{TESTCASE}expected")
                wanted = None if expected is None else value_of(expected)
                yield (
                    f"{tests.stem}/{case.get('id')}/{node.get('name')}",
                    passes(model, case.get("invocableName"), node, variables, wanted),
                )


def passes(model: Any, invocable: str | None, node: Any, variables: dict[str, Any], wanted: Any) -> bool:
    """Tell whether one expected value comes out; where the TCK expects null, a refusal is as good."""
    if model is None:
        return False
    try:
        if invocable:
            found = model.invoke(invocable, variables, ENVIRONMENT).value
        else:
            found = model.by_name(node.get("name")).evaluate(variables, ENVIRONMENT).value
    except EngineError:
        return wanted is None
    return same(found, wanted)


def folders(level: int) -> list[Path]:
    return sorted(Path(FOLDER or "").glob(f"compliance-level-{level}/*"))


def rates(level: int) -> dict[str, tuple[list[str], int]]:
    """Give, for each folder, the cases that fail and how many there are; print the rates."""
    found = {}
    for folder in folders(level):
        results = list(cases(folder))
        failed = [name for name, passed in results if not passed]
        found[folder.name] = (failed, len(results))
        print(f"{folder.name}: {len(results) - len(failed)}/{len(results)}")
    return found


def test_it_passes_all_of_level_2():
    found = rates(2)
    assert found, "the folder holds no compliance-level-2"
    assert {name: failed for name, (failed, _) in found.items() if failed} == {}


def test_it_keeps_its_rate_on_level_3():
    found = rates(3)
    assert found, "the folder holds no compliance-level-3"
    passed = sum(total - len(failed) for failed, total in found.values())
    total = sum(total for _, total in found.values())
    print(f"level 3: {passed}/{total}")
    assert passed / total >= 0.95


def test_each_miss_is_listed_with_its_reason_and_each_listed_one_misses():
    text = DOCUMENT.read_text("utf-8")
    measured = set(re.findall(r"`(\d{4}-[\w-]+)`", text.partition("Measured folders:")[2].partition("\n")[0]))
    listed = {
        (folder, case)
        for folder, case, _ in re.findall(r"^\| `(.+?)` \| `(.+?)` \| (.+) \|$", text, re.MULTILINE)
    }

    missed = {
        (folder, name.split("/")[1])
        for folder, (failed, _) in rates(3).items()
        if folder in measured
        for name in failed
    }

    assert missed == listed


@pytest.mark.parametrize("level", [2, 3])
def test_no_file_brings_anything_but_a_refusal(level):
    """Each file is read and looked through, and each decision made without any input."""
    files = sorted(Path(FOLDER or "").glob(f"compliance-level-{level}/*/*.dmn"))
    assert files
    for file in files:
        model = read(file.read_bytes(), filename=file.name, partly=True)
        assert all(found.problems(file.name) is not None for _, _, found in analyse(model))
        for decision in model.decisions.values():
            with suppress(EngineError):
                decision.evaluate({}, ENVIRONMENT)
        for name in model.functions:
            with suppress(EngineError):
                model.invoke(name, {}, ENVIRONMENT)
