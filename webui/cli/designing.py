"""Commands for those who write services: check, list what connectors offer, evaluate."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from engine import feel
from engine.calendar import Calendar
from engine.definitions import Gate
from engine.problems import Problem
from webui.settings import Settings
from webui.wiring import operations

from .printing import as_json, failing_plainly, in_language, print_json, print_problems, problem_record
from .sarif import sarif
from .services import groups_in, read_service, service_folders


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@in_language
@click.option("--sarif", "as_sarif", is_flag=True, help="Print SARIF 2.1.0, for tools that review code.")
@as_json
@failing_plainly
def check(path: Path, *, language: str, as_sarif: bool, as_json: bool) -> None:
    """Say everything that is wrong with a service: a folder or a zip, or each service that a folder holds."""
    gate = Gate(Settings.from_environment().check_limits)
    # A folder that neither is a service nor holds one may become one: it is told what is missing.
    paths = [path] if path.is_file() else service_folders(path) or [path]
    ready = True
    records: list[dict[str, Any]] = []
    found: list[tuple[Path, Problem]] = []
    for one in paths:
        bundle = read_service(one)
        problems = gate.judge(bundle, groups_in(one.resolve().parent), operations())
        good = not any(problem.severity == "error" for problem in problems)
        ready = ready and good
        records += [{"service": bundle.key, **problem_record(problem, language)} for problem in problems]
        found += [(one, problem) for problem in problems]
        if not as_json and not as_sarif:
            print_problems(problems, within=bundle.key if len(paths) > 1 else "", language=language)
            click.echo(f"{bundle.key}: {'ready to deploy' if good else 'has errors'}")
    if as_sarif:
        print_json(sarif(found, language))
    elif as_json:
        print_json({"ok": ready, "problems": records})
    sys.exit(0 if ready else 1)


@click.command()
@as_json
@failing_plainly
def connectors(*, as_json: bool) -> None:
    """List what diagrams may ask of outside systems: parameters, answers, error codes."""
    shapes = dict(sorted(operations().items()))
    if as_json:
        names = ("required", "optional", "answer", "errors")
        print_json({key: {name: sorted(getattr(one, name)) for name in names} for key, one in shapes.items()})
        return
    for key, one in shapes.items():
        click.echo(key)
        for title, listed in (
            ("takes", [*sorted(one.required), *(f"{name} (optional)" for name in sorted(one.optional))]),
            ("answers", sorted(one.answer)),
            ("errors", sorted(one.errors)),
        ):
            click.echo(f"    {title:<8} {', '.join(listed) or 'nothing'}")


@click.command("feel")
@click.argument("expression")
@click.option("--context", default="{}", help="Variables as a JSON object.")
@as_json
@failing_plainly
def feel_(expression: str, context: str, *, as_json: bool) -> None:
    """Evaluate a FEEL expression."""
    try:
        variables = json.loads(context, parse_float=Decimal)
    except ValueError as exc:
        raise click.BadParameter(f"expected a JSON object, but {exc}") from exc
    working = Calendar.standard()
    environment = feel.Environment(
        now=lambda: datetime.now(working.zone), zone=working.zone, calendar=working
    )
    result = feel.compile(expression, names=variables).explain(variables, environment)
    if as_json:
        print_json({"value": result.value, "warnings": list(result.warnings)})
    else:
        click.echo(feel.to_text(result.value))
        for warning in result.warnings:
            click.echo(f"warning: {warning}", err=True)


COMMANDS = (check, connectors, feel_)
