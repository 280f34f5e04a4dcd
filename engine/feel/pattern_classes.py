"""Which characters a part of a regular expression takes; knows categories of Unicode, few of its blocks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from engine.feel.errors import Trouble
from engine.sentences import Sentence

CharTest = Callable[[str], bool]

_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}
_ITSELF = frozenset("\\|.?*+(){}-[]^$,/ ")
_BLOCKS = {
    "IsBasicLatin": (0x0000, 0x007F),
    "IsLatin-1Supplement": (0x0080, 0x00FF),
    "IsGreek": (0x0370, 0x03FF),
    "IsCyrillic": (0x0400, 0x04FF),
    "IsCJKSymbolsandPunctuation": (0x3000, 0x303F),
    "IsCJKUnifiedIdeographs": (0x4E00, 0x9FFF),
}
_CATEGORY = re.compile(r"[LMNPZSC]|L[ultmo]|M[cen]|N[dlo]|P[cdseifo]|Z[slp]|S[mcko]|C[cfon]")


def exactly(wanted: str) -> CharTest:
    """Give the test for one character."""
    return lambda character: character == wanted


def in_span(first: str, last: str) -> CharTest:
    """Give the test for the characters from first to last."""
    return lambda character: first <= character <= last


def any_of(tests: Sequence[CharTest]) -> CharTest:
    """Give the test that one of the tests holds."""
    return lambda character: any(test(character) for test in tests)


def negated(test: CharTest) -> CharTest:
    """Give the opposite test."""
    return lambda character: not test(character)


def ignoring_case(test: CharTest) -> CharTest:
    """Give the test that holds for the character in any case."""
    return lambda character: test(character) or test(character.lower()) or test(character.upper())


def _category(*names: str) -> CharTest:
    return lambda character: unicodedata.category(character).startswith(names)


def _first_of_name(character: str) -> bool:
    return character in "_:" or unicodedata.category(character)[0] == "L"


def _part_of_name(character: str) -> bool:
    return character in "_:-.·" or unicodedata.category(character)[0] in "LMN"


_SETS: dict[str, CharTest] = {
    "s": lambda character: character in " \t\n\r",
    "d": _category("Nd"),
    "w": negated(_category("P", "Z", "C")),
    "i": _first_of_name,
    "c": _part_of_name,
}


def escape(pattern: str, at: int) -> tuple[CharTest, int]:
    """Give the test of what stands behind a backslash, and where it ends; raises Trouble."""
    if at >= len(pattern):
        raise Trouble("Expected a character behind the backslash, but the pattern ends")
    sign = pattern[at]
    if sign in "pP":
        return _property(pattern, at)
    if sign in _PLAIN:
        return exactly(_PLAIN[sign]), at + 1
    if sign.lower() in _SETS:
        test = _SETS[sign.lower()]
        return (test if sign.islower() else negated(test)), at + 1
    if sign in _ITSELF:
        return exactly(sign), at + 1
    raise Trouble(Sentence("Expected a known sign behind the backslash, but got {sign!r}", sign=sign))


def _property(pattern: str, at: int) -> tuple[CharTest, int]:
    name, closed, _ = pattern[at + 2 :].partition("}")
    if pattern[at + 1 : at + 2] != "{" or not closed:
        raise Trouble("Expected a property of characters such as \\p{Lu}")
    if _CATEGORY.fullmatch(name):
        test = _category(name)
    elif name in _BLOCKS:
        first, last = _BLOCKS[name]
        test = in_span(chr(first), chr(last))
    else:
        raise Trouble(Sentence("Expected a category such as Lu, but got {name!r}", name=name))
    return (test if pattern[at] == "p" else negated(test)), at + len(name) + 3
