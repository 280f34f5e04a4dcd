"""Reads a file of words or other names and values into its entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.definitions.declarations import read_yaml
from engine.errors import InvalidInput

from .compare import Thing, Things

MAX_DEPTH = 20


def read_words(content: bytes, file: str) -> Things:
    """Read every entry by its path, such as `elements.review_request.name`. A broken file has none."""
    try:
        document = read_yaml(content, file)
    except (InvalidInput, RecursionError):
        return {}
    return {path: Thing(path, "text", {("text", ""): text}) for path, text in _walk(document, "", 0)}


def _walk(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and depth < MAX_DEPTH:
        for key, inner in value.items():
            yield from _walk(inner, f"{path}.{key}".lstrip("."), depth + 1)
    else:
        yield path, str(value)
