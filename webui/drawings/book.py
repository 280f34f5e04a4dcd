"""Writes a folder that shows what stories cover: a drawing a diagram, and one page that leads to all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from engine.decisions.analysis import analyse_decision
from engine.playing import KINDS
from webui.words.problems import in_language

from .coverage import coverage_svg
from .layout import read_layout

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.playing import Record

LANGUAGES = ("zh", "en")
INDEX = "index.html"
_KINDS = {
    "nodes": "元素 · Elements",
    "flows": "流向 · Flows",
    "timers": "定时 · Timers",
    "rules": "决策规则 · Rules of tables",
}


def write_book(folder: Path, services: Sequence[tuple[Definition, Record]], language: str) -> Path:
    """Write the drawings of services and the page; gives the page. language: of the words in the diagrams.

    The folder is made where there is none; files of the same names are written anew. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = [_service(folder, definition, record, language) for definition, record in services]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True
    )
    page = folder / INDEX
    page.write_text(environment.get_template("book.html").render(services=told, language=language), "utf-8")
    return page


def _service(folder: Path, definition: Definition, record: Record, language: str) -> dict[str, Any]:
    diagrams = []
    for process in definition.processes:
        file = f"{definition.key}-{process}.svg"
        (folder / file).write_bytes(_drawing(definition, process, record, language))
        diagrams.append({"file": file, "title": _title(definition, process)})
    return {
        "key": definition.key,
        "title": " / ".join(definition.texts.say(each, "service", "name") for each in LANGUAGES),
        "stories": len(record.stories),
        "failed": [
            {
                "file": story.file,
                "title": story.title.get(language, ""),
                "problems": [in_language(one, language) for one in story.problems],
            }
            for story in record.failed
        ],
        "kinds": [
            {"label": _KINDS[kind], "of": len(record.every[kind]), "missing": record.missing(kind)}
            for kind in KINDS
        ],
        "diagrams": diagrams,
        "tables": list(_tables(definition, record)),
    }


def _drawing(definition: Definition, process: str, record: Record, language: str) -> bytes:
    file = definition.processes[process]
    names = {
        key: definition.texts.say(language, "elements", key, "name")
        for key, one in definition.elements.items()
        if one.name and (one.file == file or one.kind == "lane")
    } | {
        pool: definition.texts.say(language, "processes", of)
        for pool, of in definition.pools.items()
        if of == process
    }
    times = {**record.times("nodes"), **record.times("flows")}
    drawn = read_layout(definition.bundle.files[file], file)
    return coverage_svg(drawn, names, times, definition.timers, _title(definition, process))


def _title(definition: Definition, process: str) -> list[str]:
    words = [definition.texts.say(each, "processes", process) for each in LANGUAGES]
    return list(dict.fromkeys(words))


def _tables(definition: Definition, record: Record) -> Any:
    times = record.times("rules")
    for decision in definition.decisions.values():
        for table, _analysis in analyse_decision(decision):
            yield {
                "name": decision.name,
                "inputs": [column.label for column in table.inputs],
                "outputs": [one.name for one in table.outputs],
                "rules": [
                    {
                        "cells": [test.text if test else "–" for test in rule.tests],
                        "results": [cell.text for cell in rule.results],
                        "hits": times.get(rule.id, 0),
                    }
                    for rule in table.rows
                ],
            }
