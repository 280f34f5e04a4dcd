"""What a condition at a gateway and a decision table cost, warm, beside the same written in plain Python.

Run `python -m tests.benchmarks.feel`. Processor time, the least of several rounds, both sides in turns: others may be
at work. The conditions are those of the services that come along, over answers of their stories; the tables have 50
rules of 4 inputs.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from html import escape, unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine import feel
from engine.decisions import Decision, read
from engine.definitions.declarations import read_yaml
from webui.bench.figures import Figure, median, table, write

PROCESSES = Path(__file__).parents[2] / "processes"
RULES = 50
POLICIES = ("UNIQUE", "ANY", "FIRST", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
ENVIRONMENT = feel.Environment(now=lambda: datetime(2026, 3, 2, tzinfo=UTC), zone=ZoneInfo("Asia/Shanghai"))
INPUTS = {"amount": 495, "kind": "z", "score": 50, "local": True}
_CONDITION = re.compile(r"<bpmn:conditionExpression[^>]*>([^<]+)<")
Row = list[Callable[[Any], bool]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=2_000, help="evaluations of a round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    chosen = parser.parse_args()
    figures = measure(chosen.turns, chosen.rounds)
    title = f"FEEL and DMN, {chosen.rounds} rounds of {chosen.turns:,}"
    print(table(title, figures))
    write(chosen.json, title, figures)


def measure(turns: int, rounds: int) -> list[Figure]:
    """Give all figures, in microseconds and as ratios to plain Python."""
    return [*_conditions(turns, rounds), *_tables(max(turns // 10, 1), rounds)]


def conditions() -> list[str]:
    """Give the conditions on the flows of all services, each once."""
    found = [
        text for file in PROCESSES.glob("*/*.bpmn") for text in _CONDITION.findall(file.read_text("utf-8"))
    ]
    return sorted({unescape(text).strip() for text in found})


def told(names: Iterable[str]) -> dict[str, Any]:
    """Give each variable the first value that a story of the services names for it, or a text where none does."""
    found: dict[str, Any] = {}
    for file in sorted(PROCESSES.glob("*/scenarios/*.yaml")):
        _gather(read_yaml(file.read_bytes(), file.name), found)
    return {name: found.get(name, "yes") for name in names}


def _gather(value: Any, found: dict[str, Any]) -> None:
    inner = (
        value.items() if isinstance(value, Mapping) else enumerate(value if isinstance(value, list) else [])
    )
    for name, one in inner:
        if one is not None and isinstance(name, str):
            found.setdefault(name, one)
        _gather(one, found)


def _conditions(turns: int, rounds: int) -> list[Figure]:
    texts = conditions()
    known = frozenset(name for text in texts for name in feel.compile(text).names)
    variables = told(known)

    def ask(text: str) -> Callable[[], object]:
        return lambda: feel.compile(text, names=known).evaluate(variables, ENVIRONMENT)

    spent = {text: _least(rounds, turns, ask(text))[0] for text in texts}
    ratio = _ratio(rounds, turns, ask('consent_answer = "yes"'), lambda: variables["consent_answer"] == "yes")
    dearest = max(spent, key=lambda text: spent[text])
    return [
        Figure(f"condition at a gateway, middle of {len(texts)}", median(list(spent.values())), "µs", "≤ 5"),
        Figure("  nine of ten cost less than", sorted(spent.values())[len(spent) * 9 // 10], "µs"),
        Figure(f"  dearest: {dearest[:60]}", spent[dearest], "µs"),
        Figure('  consent_answer = "yes" beside Python', ratio, "× Python"),
    ]


def _tables(turns: int, rounds: int) -> list[Figure]:
    figures = []
    rows = _plain_rows()
    for policy in POLICIES:
        decision = _decision(policy)

        def decide(decision: Decision = decision) -> object:
            return decision.evaluate(INPUTS, ENVIRONMENT)

        def plainly(only_first: bool = policy == "FIRST") -> list[int]:
            return _plain_hits(rows, only_first=only_first)

        assert decision.evaluate(INPUTS, ENVIRONMENT).matched_rule_ids == ("r49",)
        assert plainly() == [49]
        spent, floor = _least(rounds, turns, decide, plainly)
        figures.append(Figure(f"table of {RULES} rules, {policy}", spent, "µs", "≤ 300"))
        figures.append(Figure("  beside Python", spent / floor, "× Python"))
    return figures


def _decision(policy: str) -> Decision:
    """Give a decision whose last rule alone fits INPUTS, but nearly every rule fits in three columns."""
    heads = "".join(
        f"<input><inputExpression><text>{name}</text></inputExpression></input>" for name in INPUTS
    )
    rules = "".join(_rule(number) for number in range(RULES))
    values = '<outputValues><text>"o0", "o1", "o2", "o3"</text></outputValues>'
    inner = f'<decisionTable hitPolicy="{policy}">{heads}<output>{values}</output>{rules}</decisionTable>'
    space = "https://www.omg.org/spec/DMN/20191111/MODEL/"
    xml = f'<definitions xmlns="{space}"><decision id="d" name="d">{inner}</decision></definitions>'
    return read(xml.encode(), filename="bench.dmn").decisions["d"]


def _rule(number: int) -> str:
    tests = (
        f"[{number * 10}..{number * 10 + 10})",
        f'"k{number % 5}", "z"',
        "> 3" if number % 2 else "<= 100",
        "-" if number % 3 else "true",
    )
    cells = "".join(f"<inputEntry><text>{escape(test)}</text></inputEntry>" for test in tests)
    return f'<rule id="r{number}">{cells}<outputEntry><text>"o{number % 4}"</text></outputEntry></rule>'


def _plain_rows() -> list[Row]:
    return [
        [
            lambda value, low=number * 10: low <= value < low + 10,
            lambda value, one=f"k{number % 5}": value in (one, "z"),
            (lambda value: value > 3) if number % 2 else (lambda value: value <= 100),
            (lambda _: True) if number % 3 else (lambda value: value is True),
        ]
        for number in range(RULES)
    ]


def _plain_hits(rows: list[Row], *, only_first: bool) -> list[int]:
    values = [INPUTS["amount"], INPUTS["kind"], INPUTS["score"], INPUTS["local"]]
    hits = []
    for number, row in enumerate(rows):
        if all(test(value) for test, value in zip(row, values, strict=True)):
            hits.append(number)
            if only_first:
                break
    return hits


def _ratio(rounds: int, turns: int, one: Callable[[], object], other: Callable[[], object]) -> float:
    spent, floor = _least(rounds, turns, one, other)
    return spent / floor


def _least(rounds: int, turns: int, *acts: Callable[[], object]) -> list[float]:
    """Give the least microseconds of each act over the rounds, the acts in turns."""
    found = [float("inf")] * len(acts)
    for _ in range(rounds):
        for place, act in enumerate(acts):
            began = time.process_time()
            for _ in range(turns):
                act()
            found[place] = min(found[place], (time.process_time() - began) / turns * 1e6)
    return found


if __name__ == "__main__":
    main()
