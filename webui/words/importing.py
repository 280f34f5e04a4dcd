"""What became of another engine's diagrams, in rows for a page: where, which element, what is left to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from webui.language import language

from .common import message_of
from .problems import in_language

if TYPE_CHECKING:
    from engine.errors import EngineError
    from engine.importing import Note, Service

MAX_ROWS = 500
_DRAWN = re.compile(rb'BPMN(?:Shape|Edge)\b[^>]{0,300}?\bbpmnElement="([^"]{1,200})"')


def note_rows(notes: Iterable[Note], figures: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Give notes in the reader's language. figures: where each element is drawn, by its id."""
    rows = []
    for note in list(notes)[:MAX_ROWS]:
        figure = (figures or {}).get(note.element or "")
        rows.append(
            {
                "file": note.file,
                "line": note.line,
                "element": note.element,
                "name": note.name,
                "message": in_language(note.message, language()),
                "code": note.code,
                "figure": figure,
            }
        )
    return rows


def drawn_in(service: Service) -> dict[str, list[str]]:
    """Give the ids of the elements that each diagram of a service draws, by its process."""
    return {
        path.removesuffix(".bpmn"): [found.decode() for found in _DRAWN.findall(content)]
        for path, content in service.files.items()
        if path.endswith(".bpmn")
    }


def error_words(error: EngineError) -> str:
    """Say why nothing could be done at all."""
    return in_language(message_of(error), language())
