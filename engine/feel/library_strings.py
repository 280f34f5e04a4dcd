"""Builtins on texts, and `string`; patterns are those of `patterns`, which end in bounded time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.feel import patterns
from engine.feel.errors import Trouble
from engine.feel.library import builtin
from engine.feel.text import to_string

if TYPE_CHECKING:
    from engine.feel.exact import Number
    from engine.feel.runtime import Run


@builtin("string(from: any)")
def string(run: Run, value: Any) -> str | None:
    """Give the value as text; null of null."""
    return None if value is None else run.string(to_string(value))


@builtin("string length(string: string)")
def string_length(_: Run, text: str) -> int:
    """Count the characters."""
    return len(text)


@builtin("upper case(string: string)")
def upper_case(run: Run, text: str) -> str:
    """Give the text in capitals."""
    return run.string(text.upper())


@builtin("lower case(string: string)")
def lower_case(run: Run, text: str) -> str:
    """Give the text in small letters."""
    return run.string(text.lower())


@builtin("trim(string: string)")
def trim(_: Run, text: str) -> str:
    """Give the text without blanks at its ends; not of the standard, but forms need it."""
    return text.strip()


@builtin("substring(string: string, start position: number, length?: number)")
def substring(_: Run, text: str, start: Number, length: Number | None = None) -> str:
    """Give the characters from a position on, so many or all; positions count from 1, or from the end."""
    first = int(start)
    if first == 0 or abs(first) > len(text):
        raise Trouble(f"Expected a position from 1 to {len(text)} or from the end, but got {start}")
    index = first - 1 if first > 0 else len(text) + first
    if length is None:
        return text[index:]
    if length < 1:
        raise Trouble(f"Expected a length from 1, but got {length}")
    return text[index : index + int(length)]


@builtin("substring before(string: string, match: string)")
def substring_before(_: Run, text: str, match: str) -> str:
    """Give what stands before the first match; nothing when there is none."""
    before, found, _after = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after(string: string, match: string)")
def substring_after(_: Run, text: str, match: str) -> str:
    """Give what stands behind the first match; nothing when there is none."""
    return text.partition(match)[2] if match else text


@builtin("contains(string: string, match: string)")
def contains(_: Run, text: str, match: str) -> bool:
    """Tell whether the text has the match in it."""
    return match in text


@builtin("starts with(string: string, match: string)")
def starts_with(_: Run, text: str, match: str) -> bool:
    """Tell whether the text begins with the match."""
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(_: Run, text: str, match: str) -> bool:
    """Tell whether the text ends with the match."""
    return text.endswith(match)


@builtin("matches(input: string, pattern: string, flags?: string)")
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    """Tell whether the pattern fits a part of the text."""
    return patterns.compile_pattern(pattern, flags or "").search(text, 0, run) is not None


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string)")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    """Give the text with every fit of the pattern replaced; `$1` is what its first group holds."""
    compiled = patterns.compile_pattern(pattern, flags or "")
    if compiled.search("", 0, run) is not None:
        raise Trouble("Expected a pattern that does not fit the empty text")
    parts, end = [], 0
    for found in compiled.find_all(text, run):
        parts += [
            text[end : found.start],
            patterns.expand(replacement, found, text, literal="q" in (flags or "")),
        ]
        end = found.end
    return run.string("".join([*parts, text[end:]]))


@builtin("split(string: string, delimiter: string)")
def split(run: Run, text: str, delimiter: str) -> list[str]:
    """Give the parts between the fits of the pattern."""
    parts, end = [], 0
    for found in patterns.compile_pattern(delimiter, "").find_all(text, run):
        if found.end > found.start:
            parts.append(text[end : found.start])
            end = found.end
    run.items(len(parts) + 1)
    return [*parts, text[end:]]


@builtin("string join(list: list, delimiter?: string)")
def string_join(run: Run, items: list[Any], delimiter: str | None = None) -> str:
    """Give the texts of a list with the delimiter between them; nulls are left out."""
    texts = [item for item in items if item is not None]
    if not all(isinstance(item, str) for item in texts):
        raise Trouble("Expected texts only")
    length = sum(map(len, texts)) + len(delimiter or "") * len(texts)
    run.spend(length >> 4)
    return run.string((delimiter or "").join(texts))
