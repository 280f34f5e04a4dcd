"""The command that plays the stories of services and says what no story covers."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine import scenarios
from engine.definitions import compile_bundle, read_folder
from engine.errors import NotFound
from engine.scenarios.suggesting import KINDS, Limits
from webui.drawings import write_book
from webui.settings import Settings
from webui.wiring import offered, operations

from .printing import as_json, failing_plainly, in_language, print_json, print_problems
from .services import groups_in, service_folders
from .suggesting import MAX_SECONDS, MAX_TRIES, suggest_all

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.playing import Record


@click.command()
@click.argument("services", nargs=-1)
@click.option(
    "--draw",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write what is covered into a folder: a drawing of every diagram, and index.html.",
)
@click.option(
    "--suggest", is_flag=True, help="Propose stories for what no story covers, instead of running those."
)
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), help="A folder for proposed stories."
)
@click.option(
    "--tries",
    default=Limits().tries,
    show_default=True,
    type=click.IntRange(1, MAX_TRIES),
    help="How often each thing that is not covered is tried for.",
)
@click.option(
    "--seconds",
    default=Limits().seconds,
    show_default=True,
    type=click.FloatRange(1, MAX_SECONDS),
    help="How long a service is searched.",
)
@click.option("--seed", default=0, show_default=True, help="Another one tries other answers.")
@click.option(
    "--only", multiple=True, type=click.Choice(KINDS), help="Propose for these kinds alone; may be repeated."
)
@in_language
@as_json
@failing_plainly
def test(
    services: tuple[str, ...], *, draw: Path | None, language: str, as_json: bool, **of_suggesting: Any
) -> None:
    """Run the stories of services with a moved clock, and say what no story covers; or propose stories for that.

    A service is a folder, or the name of one where the services are; a folder of services means all of them.
    """
    if of_suggesting["suggest"]:
        _suggest(services, language, as_json=as_json, **of_suggesting)
        return
    processes = Settings.from_environment().processes_dir
    results: list[scenarios.StoryResult] = []
    covered: dict[str, scenarios.Coverage] = {}
    drawn: list[tuple[Definition, Record]] = []
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
        drawn.append((definition, scenarios.record_of(found, covered[bundle.key])))
    coverage = {key: found.summary() for key, found in covered.items()}
    if any(any(found.shared.values()) for found in covered.values()):
        coverage["shared"] = scenarios.summary_of_shared(covered.values())
    failed = [result for result in results if result.problems]
    if draw is not None:
        click.echo(str(write_book(draw, drawn, language)), err=True)
    if as_json:
        print_json(
            {"scenarios": len(results), "failed": [_story(result) for result in failed], "coverage": coverage}
        )
    else:
        _print_stories(results, coverage)
    sys.exit(1 if failed or broken else 0)


def _suggest(
    services: tuple[str, ...],
    language: str,
    *,
    as_json: bool,
    into: Path | None,
    tries: int,
    seconds: float,
    seed: int,
    only: tuple[str, ...],
    **_rest: Any,
) -> None:
    """Propose stories for services; ends with 1 where one cannot be compiled."""
    processes = Settings.from_environment().processes_dir
    found = []
    for folder in [one for name in services or (processes,) for one in _services(Path(name), processes)]:
        bundle, groups = read_folder(folder), groups_in(folder.resolve().parent)
        definition, problems = compile_bundle(bundle, groups, operations=operations())
        if definition is None:
            print_problems(problems, err=True, language=language)
            sys.exit(1)
        found.append((definition, groups))
    limits = Limits(tries=tries, seconds=seconds, seed=seed, kinds=only or KINDS)
    suggest_all(found, limits, into, language, as_json=as_json)


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
