"""The command that makes services of another engine's diagrams, and tells what is left to do by hand."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from engine import importing
from engine.definitions import Bundle, Gate
from engine.errors import InvalidInput
from webui.settings import Settings
from webui.wiring import operations
from webui.words.problems import language_of_shell

from .printing import as_json, failing_plainly, print_json, print_problems, problem_record
from .services import groups_in

if TYPE_CHECKING:
    from engine.definitions import Groups
    from engine.importing import Note, Service
    from engine.problems import Problem


@click.command(name="import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="Folder for the services; default: the one of this installation.",
)
@click.option(
    "--group", required=True, help="Who does what the diagrams name nobody for: an id of groups.yaml."
)
@click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    help="Of the diagrams' words, default: found out; and of what the check says, default: the shell's.",
)
@click.option("--look", is_flag=True, help="Only say what would become of them.")
@as_json
@failing_plainly
def import_diagrams(
    path: Path, to: Path | None, group: str, language: str | None, *, look: bool, as_json: bool
) -> None:
    """Make services of diagrams drawn for Camunda 7, Flowable or Activiti: one file, or a folder of them.

    Says what was translated, what needs a hand and what is left out, each with file, line and element; then what
    the check says of the result. The exit code is 1 when nothing could be made of a file.
    """
    settings = Settings.from_environment()
    target = to or settings.processes_dir
    groups, gate = groups_in(target), Gate(settings.check_limits)
    made = importing.convert_apart(
        importing.read_sources(path), groups, group=group, language=language, limits=gate.limits
    )
    spoken = language or language_of_shell()
    checked = [(one, _problems(one, groups, gate)) for one in made.services]
    if not look:
        for one in made.services:
            _write(one, target / one.key)
    if as_json:
        print_json(
            {
                "services": [
                    {
                        "service": one.key,
                        "notes": [_record(note) for note in one.notes],
                        "operations": sorted(one.operations),
                        "problems": [problem_record(problem, spoken) for problem in problems],
                    }
                    for one, problems in checked
                ],
                "refused": [_record(note) for note in made.notes],
            }
        )
    else:
        for one, problems in checked:
            _print(one, problems, None if look else target / one.key, spoken)
        for note in made.notes:
            _print_note(note)
    sys.exit(1 if made.notes else 0)


def _problems(service: Service, groups: Groups, gate: Gate) -> list[Problem]:
    bundle = Bundle(service.key, MappingProxyType(dict(service.files)))
    return [one for one in gate.judge(bundle, groups, operations()) if one.severity == "error"]


def _write(service: Service, folder: Path) -> None:
    """Write a service's folder; what is there already is never written over."""
    if folder.exists():
        raise InvalidInput(f"Expected no folder {folder} yet, but there is one", code="folder_exists")
    folder.mkdir(parents=True)
    for name, content in service.files.items():
        (folder / name).write_bytes(content)


def _print(service: Service, problems: list[Problem], folder: Path | None, language: str) -> None:
    counts = Counter(note.result for note in service.notes)
    click.echo(
        f"{service.key}: {counts['translated']} translated, {counts['by_hand']} to be seen to"
        + (f", written to {folder}" if folder else "")
    )
    for note in service.notes:
        if note.result != "translated":
            _print_note(note)
    if service.operations:
        click.echo(f"  connectors to be made for: {', '.join(sorted(service.operations))}")
    print_problems(problems, within=service.key, language=language)


def _print_note(note: Note) -> None:
    where = f"{note.file}:{note.line or '-'}"
    click.echo(f"  {where}: {note.message} [{note.code}] {note.element or ''}")


def _record(note: Note) -> dict[str, Any]:
    return {
        "file": note.file,
        "line": note.line,
        "element": note.element,
        "name": note.name,
        "result": note.result,
        "code": note.code,
        "message": note.message,
    }


COMMANDS = (import_diagrams,)
