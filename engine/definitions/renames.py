"""Reads `migrate.yaml`: which elements of earlier versions have other ids in this one. Knows no case."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from engine.sentences import Sentence

from .declarations import yaml_of

if TYPE_CHECKING:
    from .bundle import Bundle
    from .findings import Findings

FILE = "migrate.yaml"
MAX_RENAMES = 500
_HINT = "Write old_id: new_id, one line for each renamed element."


def read_renames(bundle: Bundle, elements: Collection[str], findings: Findings) -> dict[str, str]:
    """Give the new ids by the old ones; what cannot be is a finding.

    elements: the ids of this version. An old id must be free in it, a new one must be there, and no two
    elements become one.
    """
    document = yaml_of(bundle, FILE, findings)
    if document is None:
        return {}
    if len(document) > MAX_RENAMES:
        findings.add(
            FILE,
            "too_many_renames",
            Sentence("Expected at most {most} renamed elements.", most=MAX_RENAMES),
        )
        return {}
    renamed: dict[str, str] = {}
    for old, new in document.items():
        problem = _problem(old, new, elements, renamed)
        if problem:
            findings.add(FILE, "rename_wrong", problem, _HINT)
        else:
            renamed[str(old)] = str(new)
    return renamed


def _problem(old: object, new: object, elements: Collection[str], renamed: dict[str, str]) -> str:
    if not isinstance(old, str) or not isinstance(new, str):
        return Sentence(
            "Expected an old and a new id, but got {old!r}: {new!r}.", old=str(old)[:40], new=str(new)[:40]
        )
    if old in elements:
        return Sentence(
            "Expected the old id {old!r} to be gone from this version, but an element still has it.", old=old
        )
    if new not in elements:
        return Sentence(
            "Expected an element with the new id {new!r} in this version, but there is none.", new=new
        )
    if new in renamed.values():
        return Sentence("Expected one old id for {new!r}, but it has two.", new=new)
    return ""
