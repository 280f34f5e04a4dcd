"""What the checks of a service say, in the reader's language: templates from a catalogue of their own."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from engine.problems import Problem
from engine.sentences import Sentence

CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
LANGUAGES = ("zh", "en")


@lru_cache(maxsize=len(LANGUAGES))
def templates(language: str) -> Mapping[str, str]:
    """Give what each English template is called in a language; nothing for English itself."""
    path = CATALOGUES / f"problems.{language}.po"
    if not path.is_file():
        return {}
    catalogue = read_po(io.BytesIO(path.read_bytes()), locale=language)
    return {str(one.id): str(one.string) for one in catalogue if one.id and one.string}


def in_language(text: str, language: str) -> str:
    """Say a sentence in a language; what has no words there stays as it is."""
    known = templates(language)
    if not isinstance(text, Sentence):
        return known.get(text, text)
    template = known.get(text.template)
    if template is None:
        return text
    return template.format(**{name: _value(value, language) for name, value in text.values.items()})


def said(problem: Problem, language: str) -> Problem:
    """Give a problem with its message and hint in a language."""
    return replace(
        problem, message=in_language(problem.message, language), hint=in_language(problem.hint, language)
    )


def language_of_shell(environment: Mapping[str, str] = os.environ) -> str:
    """Give the language that a shell is set to."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "zh" if environment[name].startswith("zh") else "en"
    return "en"


def _value(value: Any, language: str) -> Any:
    return in_language(value, language) if isinstance(value, str) else value
