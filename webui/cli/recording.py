"""The command that makes a story of a recorded case, with other people in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.errors import InvalidInput, NotFound
from engine.scenarios import recording, story_text
from engine.store.cases import CaseStore
from webui.settings import Settings
from webui.wiring import offered, open_installation
from webui.words.problems import in_language

from .printing import as_json, failing_plainly, print_json
from .printing import in_language as language_option

if TYPE_CHECKING:
    from engine.runtime import Runtime

LONGEST_ID = 18
"""Digits of an id."""
_WORDS = {
    "en": {
        "title": "Recorded from a case by linbang record; people, numbers and texts are synthetic.",
        "same": "Played, the story passes the same nodes and its clocks are due on the same days.",
        "other": "Played, the story does NOT go the same way as the case; see to it by hand.",
        "kept": "The way hangs on these marked fields, whose values stayed as they were: {names}",
        "note": "Not in the story: {note}",
        "written": "written: {file}",
    },
    "zh": {
        "title": "由 linbang record 根据一件办件录成；人员、号码、文字均为虚构。",
        "same": "重放该情景，经过的节点相同，各时限的到期日相同。",
        "other": "重放该情景，走法与原办件不同，请人工核对。",
        "kept": "办理走向取决于下列标记字段，其值保持原样：{names}",
        "note": "情景中未能表达：{note}",
        "written": "已写入：{file}",
    },
}


@click.command()
@click.argument("case")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A YAML file.")
@language_option
@as_json
@failing_plainly
def record(case: str, out: Path, *, language: str, as_json: bool) -> None:
    """Make a story of a case: its number or id. Nobody of the case is in it.

    Names, phones, addresses, identity numbers and free texts are replaced; amounts, choices and dates of marked
    fields as far as the case still goes the same way. What a story cannot express is said, and stands in the file.
    """
    if out.exists():
        raise InvalidInput(f"Expected no file {out} yet, but there is one", code="file_exists")
    with open_installation(Settings.from_environment()) as found:
        runtime = found.runtime
        made = recording.record(
            runtime, CaseStore(runtime.database, runtime.tenant_id), _id(runtime, case), offered=offered()
        )
    remarks = [line for tag in ("zh", "en") for line in _remarks(made, tag)]
    out.write_text(story_text(made.document, remarks), "utf-8")
    if as_json:
        notes = [in_language(one, language) for one in made.notes]
        print_json({"file": str(out), "same": made.same, "kept": list(made.kept), "notes": notes})
        return
    for line in _remarks(made, language)[1:]:
        click.echo(line)
    click.echo(_WORDS[language]["written"].format(file=out))


def _remarks(made: recording.Recorded, language: str) -> list[str]:
    words = _WORDS[language]
    kept = [words["kept"].format(names=", ".join(made.kept))] if made.kept else []
    notes = [words["note"].format(note=in_language(one, language)) for one in made.notes]
    return [words["title"], words["same" if made.same else "other"], *kept, *notes]


def _id(runtime: Runtime, case: str) -> int:
    """Give the id of a case by its number or id; raises NotFound."""
    cases = CaseStore(runtime.database, runtime.tenant_id)
    row = cases.instance_by_key(case)
    if row is None and case.isdecimal() and len(case) <= LONGEST_ID:
        row = cases.instance(int(case))
    if row is None:
        raise NotFound(f"Expected the number or id of a case, but {case[:64]!r} is none", code="case_unknown")
    return row.id


COMMANDS = (record,)
