"""The command that makes one decision of a DMN file, or of a service, from a JSON document."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import click

from engine import feel
from engine.calendar import Calendar
from engine.decisions import Decision, DecisionResult, Model, read
from engine.decisions.inputs import asked, read_inputs
from engine.decisions.tables import Rule, Table
from engine.errors import InvalidInput, NotFound

from .printing import as_json, failing_plainly, print_json
from .services import read_service

MAX_FILES = 200  # DMN files that one may import
MAX_INPUT_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Found:
    """What is decided: a decision, or by its name a service or a knowledge model of the file."""

    model: Model
    name: str
    decision: Decision | None

    @property
    def wanted(self) -> dict[str, str | None]:
        return asked(self.decision) if self.decision else dict(self.model.functions[self.name].parameters)


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--decision", "name", default=None, help="Id or name; not needed where there is only one.")
@click.option("--input", "given", default="{}", help="The variables as a JSON object, or @FILE with one.")
@click.option("--now", "moment", default=None, help="The moment that now() and today() give, ISO 8601.")
@click.option(
    "--explain", is_flag=True, help="Say how each decision on the way came out, and by which rules."
)
@as_json
@failing_plainly
def decide(
    file: Path, name: str | None, given: str, moment: str | None, *, explain: bool, as_json: bool
) -> None:
    """Make one decision of a DMN file, or of a service's folder.

    Numbers are exact; dates, times and durations are texts in ISO 8601, read by the declared types. Without
    --decision it lists the decisions where there are several.
    """
    models = _models(file)
    found = _chosen(models, name, file)
    if found is None:
        _list(models, as_json=as_json)
        return
    document = _document(given)
    wanted = found.wanted
    missing = [key for key in wanted if key not in document]
    variables = read_inputs(document, wanted, found.model.types)
    try:
        result = _made(found, variables, _environment(moment))
    except InvalidInput as exc:
        _refuse(exc, missing)
    warnings = [f"Expected the input {key!r}, but it is missing; it counts as null." for key in missing]
    warnings += result.warnings
    if as_json:
        print_json(_record(found, result, warnings, explain=explain))
        return
    click.echo(feel.to_text(result.value))
    for line in _told(found, result, explain=explain):
        click.echo(line, err=True)
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)


def _models(path: Path) -> list[Model]:
    """Read the file with those beside it for its imports, or all tables of a service, as far as they can be read."""
    if path.is_file() and path.suffix == ".dmn":
        near = sorted(path.parent.glob("*.dmn"))[:MAX_FILES]
        beside = {one.name: one.read_bytes() for one in near}
        return [read(path.read_bytes(), filename=path.name, beside=beside, partly=True)]
    bundle = read_service(path)
    files = {name: bundle.files[name] for name in bundle.parts(".dmn")}
    if not files:
        raise NotFound(f"Expected a DMN file in {path}, but there is none", code="no_decision")
    return [read(content, filename=name, beside=files, partly=True) for name, content in files.items()]


def _chosen(models: list[Model], name: str | None, file: Path) -> _Found | None:
    """Give what is asked for, the only decision where nothing is, or None where there are several."""
    everything = [_Found(model, one.name, one) for model in models for one in model.decisions.values()]
    if name is None and len(everything) == 1:
        return everything[0]
    if name is None and everything:
        return None
    called = [one for one in everything if one.decision and name in {one.decision.id, one.name}]
    called += [_Found(model, key, None) for model in models for key in model.functions if key == name]
    if called:
        return called[0]
    problems = [problem for model in models for problem in model.problems]
    said = "".join(f"\n  line {problem.line or '-'}: {problem.message}" for problem in problems)
    what = "one that can be read" if name is None else f"one of the name or id {name!r}"
    raise NotFound(f"Expected a decision in {file}, {what}, but there is none{said}", code="no_decision")


def _document(given: str) -> dict[str, Any]:
    text = given
    if given.startswith("@"):
        path = Path(given[1:])
        if not path.is_file() or path.stat().st_size > MAX_INPUT_BYTES:
            raise click.BadParameter(f"expected a file of at most {MAX_INPUT_BYTES} bytes, but got {path}")
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise click.BadParameter(f"expected {path} to be UTF-8") from None
    try:
        document = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as exc:
        raise click.BadParameter(f"expected a JSON object, but {exc}") from None
    if not isinstance(document, dict):
        raise click.BadParameter("expected a JSON object of variables")
    return document


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _environment(moment: str | None) -> feel.Environment:
    working = Calendar.standard()
    at = None
    if moment is not None:
        found = feel.compile(f"date and time({json.dumps(moment)})").evaluate(
            {}, feel.Environment(datetime.now, working.zone)
        )
        if not isinstance(found, datetime):
            raise click.BadParameter(f"expected a moment such as 2026-03-02T09:00:00, but got {moment!r}")
        at = found if found.tzinfo else found.replace(tzinfo=working.zone)
    return feel.Environment(now=lambda: at or datetime.now(working.zone), zone=working.zone, calendar=working)


def _made(found: _Found, variables: Mapping[str, Any], environment: feel.Environment) -> DecisionResult:
    if found.decision is None:
        return found.model.invoke(found.name, variables, environment)
    return found.decision.evaluate(variables, environment)


def _refuse(exc: InvalidInput, missing: list[str]) -> NoReturn:
    """Say why there is no result, and what was not given."""
    click.echo(f"linbang: {exc.message}", err=True)
    for key in missing:
        click.echo(f"missing: {key}", err=True)
    sys.exit(2)


def _list(models: list[Model], *, as_json: bool) -> None:
    decisions = [one for model in models for one in model.decisions.values()]
    if as_json:
        print_json(
            {"decisions": [{"id": one.id, "name": one.name, "inputs": asked(one)} for one in decisions]}
        )
        return
    for one in decisions:
        inputs = ", ".join(f"{key}: {of}" if of else key for key, of in asked(one).items())
        click.echo(
            f"{one.id}" + (f" ({one.name})" if one.name != one.id else "") + f": {inputs or 'no input'}"
        )


def _steps(found: _Found, result: DecisionResult) -> Iterator[tuple[Decision, Any]]:
    """Iterate over the decisions that were made, in that order, with what each gave."""
    for key, value in result.made.items():
        if key in found.model.decisions:
            yield found.model.decisions[key], value


def _rules(decision: Decision, result: DecisionResult) -> Iterator[tuple[int, Rule]]:
    if isinstance(decision.logic, Table):
        for number, rule in enumerate(decision.logic.rows, start=1):
            if rule.id in result.matched_rule_ids:
                yield number, rule


def _told(found: _Found, result: DecisionResult, *, explain: bool) -> Iterator[str]:
    for decision, value in _steps(found, result):
        last = decision is found.decision
        if explain and not last:
            yield f"{decision.name} = {feel.to_text(value)}"
        for number, rule in _rules(decision, result) if explain or last else ():
            tests = " | ".join(test.text if test else "-" for test in rule.tests)
            note = f"  ({rule.note})" if rule.note else ""
            yield f"  rule {number} {rule.id}: {tests}{note}"


def _record(found: _Found, result: DecisionResult, warnings: list[str], *, explain: bool) -> dict[str, Any]:
    record: dict[str, Any] = {
        "decision": found.decision.id if found.decision else found.name,
        "value": result.value,
        "rules": list(result.matched_rule_ids),
        "warnings": warnings,
    }
    if explain:
        record["steps"] = [
            {
                "decision": decision.id,
                "value": value,
                "rules": [{"number": number, "id": rule.id} for number, rule in _rules(decision, result)],
            }
            for decision, value in _steps(found, result)
        ]
    return record


COMMANDS = (decide,)
