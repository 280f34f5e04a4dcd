"""The command that plays the stories of services and says what no story covers."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from engine import scenarios
from engine.definitions import compile_bundle, read_folder
from engine.errors import NotFound
from webui.settings import Settings
from webui.wiring import offered, operations

from .printing import as_json, failing_plainly, in_language, print_json, print_problems
from .services import groups_in, service_folders


@click.command()
@click.argument("services", nargs=-1)
@in_language
@as_json
@failing_plainly
def test(services: tuple[str, ...], *, language: str, as_json: bool) -> None:
    """Run the stories of services with a moved clock, and say what no story covers.

    A service is a folder, or the name of one where the services are; a folder of services means all of them.
    """
    processes = Settings.from_environment().processes_dir
    results: list[scenarios.StoryResult] = []
    covered: dict[str, scenarios.Coverage] = {}
    broken = False
    for folder in [found for name in services or (processes,) for found in _services(Path(name), processes)]:
        bundle, groups = read_folder(folder), groups_in(folder.resolve().parent)
        definition, problems = compile_bundle(bundle, groups, operations=operations())
        if definition is None:
            broken = True
            print_problems(problems, err=True, language=language)
            continue
        found, covered[bundle.key] = scenarios.run_service(bundle, definition, groups, offered=offered())
        results += found
    coverage = {key: found.summary() for key, found in covered.items()}
    if any(any(found.shared.values()) for found in covered.values()):
        coverage["shared"] = scenarios.summary_of_shared(covered.values())
    failed = [result for result in results if result.problems]
    if as_json:
        print_json(
            {"scenarios": len(results), "failed": [_story(result) for result in failed], "coverage": coverage}
        )
    else:
        _print_stories(results, coverage)
    sys.exit(1 if failed or broken else 0)


def _services(path: Path, processes: Path) -> list[Path]:
    """Give the folders of the services that a person names."""
    folder = path if path.is_dir() else processes / path
    if not folder.is_dir():
        raise NotFound(f"Expected a service, but there is no folder {path}", code="service_unknown")
    found = service_folders(folder)
    if not found:
        raise NotFound(f"Expected a service, but {path} holds none", code="service_unknown")
    return found


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


COMMANDS = (test,)
