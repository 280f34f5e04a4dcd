"""What `linbang test --suggest` says and writes: proposed stories, and what could not be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from engine.errors import InvalidInput
from engine.scenarios.suggesting import Limits, suggest
from webui.wiring import offered
from webui.words.problems import in_language

from .printing import print_json

if TYPE_CHECKING:
    from pathlib import Path

    from engine.definitions import Definition, Groups
    from engine.scenarios.suggesting import Proposal, Suggestions

MAX_TRIES = 5_000
MAX_SECONDS = 24 * 3600.0
_WORDS = {
    "en": {
        "covered": "{service}: its stories cover everything.",
        "sum": "{service}: {missing} not covered, {proposals} stories proposed, {unreached} not reached ({plays} plays)",
        "unreached": "  not reached: {kind} {name}: {why}",
        "written": "  written: {file}",
    },
    "zh": {
        "covered": "{service}：已有情景全部覆盖。",
        "sum": "{service}：{missing} 处未覆盖，提出 {proposals} 个情景，{unreached} 处未能到达（试办 {plays} 次）",
        "unreached": "  未能到达：{kind} {name}：{why}",
        "written": "  已写入：{file}",
    },
}


def suggest_all(
    services: list[tuple[Definition, Groups]],
    limits: Limits,
    into: Path | None,
    language: str,
    *,
    as_json: bool,
) -> None:
    """Propose stories for services; prints them, or writes them into a folder where one is named.

    Raises InvalidInput for a file that is there already.
    """
    records = []
    for definition, groups in services:
        found = suggest(definition, groups, offered=offered(), limits=limits)
        files = [] if into is None else [_write(one, into) for one in found.proposals]
        records.append(_record(definition.key, found, files, language))
        if not as_json:
            _print(definition.key, found, files, language)
    if as_json:
        print_json({"services": records})


def _write(proposal: Proposal, into: Path) -> str:
    path = into / proposal.file.rpartition("/")[2]
    into.mkdir(parents=True, exist_ok=True)
    if path.exists():
        raise InvalidInput(f"Expected no file {path} yet, but there is one", code="file_exists")
    path.write_text(proposal.text, "utf-8")
    return str(path)


def _record(service: str, found: Suggestions, files: list[str], language: str) -> dict[str, Any]:
    return {
        "service": service,
        "missing": [{"kind": kind, "id": name} for kind, name in found.missing],
        "proposals": [
            {
                "file": files[number] if files else one.file,
                "title": dict(one.title),
                "covers": [{"kind": kind, "id": name} for kind, name in one.covers],
                "story": one.text,
            }
            for number, one in enumerate(found.proposals)
        ],
        "unreached": [
            {
                "kind": one.goal[0],
                "id": one.goal[1],
                "why": in_language(one.why, language),
                "tried": one.tried,
            }
            for one in found.unreached
        ],
        "plays": found.plays,
    }


def _print(service: str, found: Suggestions, files: list[str], language: str) -> None:
    words = _WORDS[language]
    if not found.missing and not found.proposals:
        click.echo(words["covered"].format(service=service))
        return
    if files:
        for file in files:
            click.echo(words["written"].format(file=file))
    else:
        for one in found.proposals:
            click.echo(f"--- {service}/{one.file}\n{one.text}")
    for left in found.unreached:
        kind, name = left.goal
        click.echo(words["unreached"].format(kind=kind, name=name, why=in_language(left.why, language)))
    counts = {
        "missing": len(found.missing),
        "proposals": len(found.proposals),
        "unreached": len(found.unreached),
    }
    click.echo(words["sum"].format(service=service, plays=found.plays, **counts))
