"""The command line. Each command prints for people, or with --json one document for programs."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import wraps
from pathlib import Path
from typing import Any

import click

from connectors.sandbox.server import run as run_sandbox
from engine import audit, clocks, feel, scenarios
from engine.calendar import Calendar
from engine.clocks import DeadlineFacts, DeadlineKind, Pause
from engine.definitions import Groups, compile_bundle, read_folder, read_groups, read_zip
from engine.errors import EngineError, InvalidInput
from engine.problems import Problem
from engine.store.definitions import DefinitionRow

from . import demo, serving
from .settings import Settings
from .wiring import open_installation


def _failing_plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the engine's errors into one sentence and exit code 2."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except EngineError as exc:
            click.echo(f"linbang: {exc.message}", err=True)
            sys.exit(2)

    return run


as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
@click.version_option(package_name="linbang")
def main() -> None:
    """Linbang 邻帮: process automation for public casework."""


@main.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@as_json
@_failing_plainly
def check(path: Path, *, as_json: bool) -> None:
    """Say everything that is wrong with a service: a folder or a zip."""
    bundle = read_zip(path.read_bytes(), path.name) if path.is_file() else read_folder(path)
    definition, problems = compile_bundle(bundle, _groups_beside(path))
    if as_json:
        _print_json({"ok": definition is not None, "problems": [_problem(problem) for problem in problems]})
    else:
        _print_problems(problems)
        click.echo(f"{bundle.key}: {'ready to deploy' if definition else 'has errors'}")
    sys.exit(0 if definition is not None else 1)


@main.command()
@click.argument("services", nargs=-1)
@as_json
@_failing_plainly
def test(services: tuple[str, ...], *, as_json: bool) -> None:
    """Run the stories of services with a moved clock, and say what no story covers."""
    settings = Settings.from_environment()
    folders = [settings.processes_dir / name for name in services] or _service_folders(settings.processes_dir)
    groups = read_groups((settings.processes_dir / "groups.yaml").read_bytes())
    results: list[scenarios.StoryResult] = []
    coverage = {}
    broken = False
    for folder in folders:
        bundle = read_folder(folder)
        definition, problems = compile_bundle(bundle, groups)
        if definition is None:
            broken = True
            _print_problems(problems, err=True)
            continue
        found, covered = scenarios.run_service(bundle, definition, groups)
        results += found
        coverage[bundle.key] = covered.summary()
    failed = [result for result in results if result.problems]
    if as_json:
        _print_json(
            {"scenarios": len(results), "failed": [_story(result) for result in failed], "coverage": coverage}
        )
    else:
        _print_stories(results, coverage)
    sys.exit(1 if failed or broken else 0)


@main.group()
def calendar() -> None:
    """Working days and deadlines."""


@calendar.command()
@click.option(
    "--accepted", required=True, help="Moment of acceptance, ISO 8601, business zone when it names none."
)
@click.option("--limit", required=True, help="Such as 12WD or 30D.")
@click.option("--pause", "pauses", multiple=True, help="From/to, ISO 8601.")
@as_json
@_failing_plainly
def due(accepted: str, limit: str, pauses: tuple[str, ...], *, as_json: bool) -> None:
    """Say when a limit ends, day by day."""
    working = Calendar.standard()
    started_at = _moment(accepted, working)
    facts = DeadlineFacts(
        "limit",
        DeadlineKind.PROMISED if pauses else DeadlineKind.STATUTORY,
        clocks.parse_limit(limit),
        started_at,
        tuple(_pause(text, working) for text in pauses),
    )
    found = clocks.due_at(facts, working, started_at)
    days = clocks.ledger(facts, working, found.at)
    local = working.local_moment(found.at)
    if as_json:
        ledger = [
            {
                "day": day.day.isoformat(),
                "counted": day.counted,
                "number": day.number,
                "reason": str(day.reason),
                "detail": day.detail,
            }
            for day in days
        ]
        _print_json({"due_at": local.isoformat(), "provisional": found.provisional, "ledger": ledger})
        return
    for day in days:
        number = f"{day.number:>3}" if day.counted else "   "
        click.echo(f"{day.day:%Y-%m-%d %a} {number}  {day.reason}{f' ({day.detail})' if day.detail else ''}")
    click.echo(f"due {local:%Y-%m-%d %H:%M}{' (provisional)' if found.provisional else ''}")


@main.command("feel")
@click.argument("expression")
@click.option("--context", default="{}", help="Variables as a JSON object.")
@as_json
@_failing_plainly
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
        _print_json({"value": result.value, "warnings": list(result.warnings)})
    else:
        click.echo(feel.to_text(result.value))
        for warning in result.warnings:
            click.echo(f"warning: {warning}", err=True)


@main.command()
@click.option("--demo", "demo", is_flag=True, help="Show the demo's clock and accounts.")
@_failing_plainly
def serve(*, demo: bool) -> None:
    """Serve the application with background work until it is told to stop."""
    _log_plainly()
    with open_installation(Settings.from_environment(demo=demo)) as found:
        serving.serve(found, lambda address: click.echo(f"Linbang answers at {address}"), play_outside=demo)


@main.command("demo")
@click.option("--cases", default=demo.CASES, show_default=True, type=click.IntRange(0, demo.MAX_CASES))
@_failing_plainly
def demo_(cases: int) -> None:
    """Serve a demo: one district with its staff and cases in every state. Data in LINBANG_DATA_DIR."""
    _log_plainly()
    with open_installation(Settings.from_environment(demo=True)) as found:
        if not found.runtime.offices.rows:
            click.echo(f"Making the demo's data, {cases} cases …")

            def tell(done: int, of: int) -> None:
                if done % 20 == 0:
                    click.echo(f"  {done} of {of} cases")

            demo.fill(found, tell, cases=cases)

        def ready(address: str) -> None:
            click.echo(f"Linbang answers at {address}")
            click.echo("Accounts (the password is the user name):")
            for row in found.runtime.people.persons():
                groups = ", ".join(sorted({group for group, _ in found.runtime.people.memberships(row.id)}))
                click.echo(f"  {row.username:<12} {row.name}  {groups or row.roles}")

        serving.serve(found, ready, play_outside=True)


@main.command("init-db")
@_failing_plainly
def init_db() -> None:
    """Make the database's tables and the key file."""
    with open_installation(Settings.from_environment()) as found:
        click.echo(f"ready: {found.settings.database_url}, key {found.settings.key_file}")


@main.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--note", default="", help="Why this version.")
@as_json
@_failing_plainly
def deploy(path: Path, note: str, *, as_json: bool) -> None:
    """Deploy a service: a folder or a zip. With errors, nothing is changed."""
    bundle = read_zip(path.read_bytes(), path.name) if path.is_file() else read_folder(path)
    with open_installation(Settings.from_environment()) as found:
        runtime = found.runtime
        row = DefinitionRow(runtime.ids.next(), bundle.key, 0, bundle.digest, runtime.now_ms(), None, note)
        try:
            added, problems = runtime.catalogue.deploy(bundle, row)
        except InvalidInput as exc:
            problems = exc.details.get("problems", [])
            if as_json:
                _print_json({"ok": False, "problems": [_problem(problem) for problem in problems]})
            else:
                _print_problems(problems, err=True)
                click.echo(f"linbang: {exc.message}; nothing was deployed", err=True)
            sys.exit(1)
    if as_json:
        _print_json(
            {"ok": True, "version": added.version, "problems": [_problem(problem) for problem in problems]}
        )
    else:
        _print_problems(problems)
        click.echo(f"{bundle.key}: version {added.version}")


@main.command()
@click.option("--port", default=8090, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@_failing_plainly
def sandbox(host: str, port: int) -> None:
    """Play the outside systems over HTTP, with faults on demand."""
    _log_plainly()
    click.echo(f"the sandbox answers at http://{host}:{port}")
    run_sandbox(host, port)


@main.group("audit")
def audit_() -> None:
    """The chain of every case's history."""


@audit_.command()
@click.option(
    "--anchor", type=click.Path(exists=True, path_type=Path), help="Compare with heads kept outside."
)
@as_json
@_failing_plainly
def verify(anchor: Path | None, *, as_json: bool) -> None:
    """Find every history row that was changed, removed or reordered."""
    with open_installation(Settings.from_environment()) as found:
        faults = list(audit.verify(found.runtime, found.cases))
        if anchor is not None:
            faults += audit.compare_with_anchor(found.cases, anchor.read_text("utf-8").splitlines())
    if as_json:
        listed = [
            {"case": str(fault.process_instance_id), "seq": fault.seq, "reason": fault.reason}
            for fault in faults
        ]
        _print_json({"ok": not faults, "faults": listed})
    else:
        for fault in faults:
            click.echo(f"case {fault.process_instance_id}, row {fault.seq}: {fault.reason}")
        click.echo("every history is whole" if not faults else f"{len(faults)} faults")
    sys.exit(1 if faults else 0)


@audit_.command("anchor")
@_failing_plainly
def anchor_() -> None:
    """Write the head of every history to a dated file beside the database, to be kept elsewhere."""
    with open_installation(Settings.from_environment()) as found:
        folder = found.settings.data_dir / "anchors"
        folder.mkdir(exist_ok=True)
        path = folder / f"{found.runtime.clock.now():%Y-%m-%d}.txt"
        path.write_text("".join(f"{line}\n" for line in audit.heads(found.cases)), "utf-8")
        click.echo(str(path))


@main.command()
@as_json
@_failing_plainly
def doctor(*, as_json: bool) -> None:
    """Recompute tasks, inbox and jobs from the cases' states, and show any difference."""
    with open_installation(Settings.from_environment()) as found:
        differences = list(audit.examine(found.runtime, found.cases))
    if as_json:
        listed = [{"case": one.business_key, "what": one.what, "detail": one.detail} for one in differences]
        _print_json({"ok": not differences, "differences": listed})
    else:
        for one in differences:
            click.echo(f"{one.business_key}: {one.what}: {one.detail}")
        click.echo(
            "inbox and jobs are as the states say" if not differences else f"{len(differences)} differences"
        )
    sys.exit(1 if differences else 0)


def _log_plainly() -> None:
    logging.getLogger("spiff").setLevel(logging.WARNING)  # it would tell of every token
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")


def _service_folders(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if (path / f"{path.name}.bpmn").is_file()]


def _groups_beside(path: Path) -> Groups:
    """Give the groups next to a service, or those of the settings."""
    beside = path.resolve().parent / "groups.yaml"
    found = beside if beside.is_file() else Settings.from_environment().processes_dir / "groups.yaml"
    return read_groups(found.read_bytes(), str(found.name))


def _moment(text: str, working: Calendar) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise click.BadParameter(f"expected an ISO 8601 date or moment, but got {text!r}") from exc
    return moment if moment.tzinfo else moment.replace(tzinfo=working.zone)


def _pause(text: str, working: Calendar) -> Pause:
    start, _, end = text.partition("/")
    if not end:
        raise click.BadParameter(f"expected FROM/TO, but got {text!r}")
    return Pause(_moment(start, working), _moment(end, working), "pause")


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "element": problem.element,
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "hint": problem.hint,
    }


def _print_problems(problems: list[Problem], *, err: bool = False) -> None:
    for problem in problems:
        place = f"{problem.file}:{problem.line or '-'}"
        click.echo(
            f"{place}: {problem.severity}: {problem.message} [{problem.code}] {problem.element or ''}",
            err=err,
        )
        if problem.hint:
            click.echo(f"    {problem.hint}", err=err)


def _story(result: scenarios.StoryResult) -> dict[str, Any]:
    return {"service": result.service, "file": result.file, "problems": list(result.problems)}


def _print_stories(results: list[scenarios.StoryResult], coverage: Mapping[str, Any]) -> None:
    for result in results:
        click.echo(f"{'FAILED' if result.problems else 'ok    '} {result.service}/{result.file}")
        for problem in result.problems:
            click.echo(f"       {problem}")
    for service, kinds in coverage.items():
        for kind, counts in kinds.items():
            missing = f", missing: {', '.join(counts['missing'])}" if counts["missing"] else ""
            click.echo(f"{service}: {kind} {counts['covered']}/{counts['of']}{missing}")
    failed = sum(1 for result in results if result.problems)
    click.echo(f"{len(results)} stories, {failed} failed")


def _print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    """Give exact numbers and dates as JSON has them."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return feel.to_text(value).strip('@"')


if __name__ == "__main__":
    main()
