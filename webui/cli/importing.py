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
from webui.words.problems import in_language as said_in
from webui.words.problems import language_of_shell

from .printing import as_json, failing_plainly, print_json, print_problems, problem_record
from .services import groups_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.definitions import Groups
    from engine.importing import Note, Service
    from engine.problems import Problem

_SAID = {
    "en": {
        "made": "{}: {} translated, {} to be seen to",
        "written": ", written to {}",
        "connectors": "  connectors to be made for: {}",
    },
    "zh": {
        "made": "{}：已转换 {} 处，需人工处理 {} 处",
        "written": "，已写入 {}",
        "connectors": "  需要编写连接器：{}",
    },
}


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
    help="Of the diagrams' words, default: found out; and of what is said here, default: the shell's.",
)
@click.option("--look", is_flag=True, help="Only say what would become of them.")
@as_json
@failing_plainly
def import_diagrams(
    path: Path, to: Path | None, group: str, language: str | None, *, look: bool, as_json: bool
) -> None:
    """Make services of diagrams drawn for Camunda 7, Flowable or Activiti: one file, a folder or a zip of them.

    Says what was translated, what needs a hand and what is left out, each with file, line and element; then what
    the check says of the result. The exit code is 1 when nothing could be made of a file.
    """
    settings = Settings.from_environment()
    target = to or settings.processes_dir
    groups, gate = groups_in(target), Gate(settings.check_limits)
    made = importing.convert_apart(
        importing.read_sources(path).files, groups, group=group, language=language, limits=gate.limits
    )
    spoken = language or language_of_shell()
    checked = [(one, _problems(one, groups, gate)) for one in made.services]
    if not look:
        _write(made.services, target)
    if as_json:
        print_json(
            {
                "services": [
                    {
                        "service": one.key,
                        "notes": [_record(note, spoken) for note in one.notes],
                        "operations": sorted(one.operations),
                        "problems": [problem_record(problem, spoken) for problem in problems],
                    }
                    for one, problems in checked
                ],
                "refused": [_record(note, spoken) for note in made.notes],
            }
        )
    else:
        for one, problems in checked:
            _print(one, problems, None if look else target / one.key, spoken)
        for note in made.notes:
            _print_note(note, spoken)
    sys.exit(1 if made.notes else 0)


def _problems(service: Service, groups: Groups, gate: Gate) -> list[Problem]:
    bundle = Bundle(service.key, MappingProxyType(dict(service.files)))
    return [one for one in gate.judge(bundle, groups, operations()) if one.severity == "error"]


def _write(services: Sequence[Service], target: Path) -> None:
    """Write the services' folders, all or none; what is there already is never written over."""
    for one in services:
        if (target / one.key).exists():
            raise InvalidInput(
                f"Expected no folder {target / one.key} yet, but there is one", code="folder_exists"
            )
    for one in services:
        (target / one.key).mkdir(parents=True)
        for name, content in one.files.items():
            (target / one.key / name).write_bytes(content)


def _print(service: Service, problems: list[Problem], folder: Path | None, language: str) -> None:
    counts = Counter(note.result for note in service.notes)
    said = _SAID[language]
    head = said["made"].format(service.key, counts["translated"], counts["by_hand"])
    click.echo(head + (said["written"].format(folder) if folder else ""))
    for note in service.notes:
        if note.result != "translated":
            _print_note(note, language)
    if service.operations:
        click.echo(said["connectors"].format(", ".join(sorted(service.operations))))
    print_problems(problems, within=service.key, language=language)


def _print_note(note: Note, language: str) -> None:
    where, element = f"{note.file}:{note.line or '-'}", f"{note.element or ''} {note.name}".strip()
    click.echo(f"  {where}: {said_in(note.message, language)} [{note.code}] {element}".rstrip())


def _record(note: Note, language: str) -> dict[str, Any]:
    return {
        "file": note.file,
        "line": note.line,
        "element": note.element,
        "name": note.name,
        "result": note.result,
        "code": note.code,
        "message": said_in(note.message, language),
    }


COMMANDS = (import_diagrams,)
