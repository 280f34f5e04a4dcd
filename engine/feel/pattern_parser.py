"""The text of a regular expression to a program of few instructions; refuses what XPath does not know."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.feel.errors import Trouble
from engine.feel.pattern_classes import CharTest, any_of, escape, exactly, ignoring_case, in_span, negated
from engine.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_PROGRAM = 2_000  # instructions of one pattern
MAX_GROUPS = 40  # brackets inside each other
MAX_CLASS = 200  # characters and spans of one class


@dataclass(frozen=True, slots=True)
class Char:
    """Take one character."""

    test: CharTest


@dataclass(frozen=True, slots=True)
class Split:
    """Go on at each target; the first has the highest rank."""

    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Take no character: keep the offset in a slot, or go on only where a condition holds."""

    slot: int | None = None
    holds: Callable[[str, int], bool] = lambda _text, _offset: True


@dataclass(frozen=True, slots=True)
class Accepts:
    """The end."""


_SEVERAL = frozenset("sSiIcCdDwWpP")  # escapes that stand for more than one character
_COUNT = re.compile(r"[0-9]{1,5}")
_SINGLE = {"n": "\n", "r": "\r", "t": "\t"}

Instruction = Char | Split | Mark | Accepts
Part = list[Instruction]  # targets of a Split are relative to the Split until the program is whole


@dataclass(slots=True)
class Program:
    """Instructions with absolute targets."""

    code: list[Instruction] = field(default_factory=list)
    groups: int = 0


def program_of(pattern: str, flags: str) -> Program:
    """Give the program of a pattern, or raise Trouble."""
    parser = _Parser(pattern, flags)
    part = [*map(Char, parser.literal())] if "q" in flags else parser.whole()
    code: Part = []
    for at, instruction in enumerate([*part, Accepts()]):
        if isinstance(instruction, Split):
            code.append(Split(tuple(at + target for target in instruction.targets)))
        else:
            code.append(instruction)
    return Program(code, parser.groups)


class _Parser:
    def __init__(self, pattern: str, flags: str) -> None:
        self.text = "".join(pattern.split()) if "x" in flags and "q" not in flags else pattern
        self.at = 0
        self.groups = 0
        self.flags = flags
        self.depth = 0

    def literal(self) -> list[CharTest]:
        return [self._test(exactly(character)) for character in self.text]

    def whole(self) -> Part:
        part = self._alternatives()
        if self.at < len(self.text):
            raise self._trouble("the end")
        return part

    def _trouble(self, expected: str) -> Trouble:
        return Trouble(
            Sentence(
                "Expected {expected} at character {at} of the pattern {text!r}",
                expected=expected,
                at=self.at + 1,
                text=self.text,
            )
        )

    def _peek(self, *texts: str) -> bool:
        return any(self.text.startswith(text, self.at) for text in texts)

    def _take(self, text: str) -> bool:
        if self.text.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def _test(self, test: CharTest) -> CharTest:
        return ignoring_case(test) if "i" in self.flags else test

    def _alternatives(self) -> Part:
        branches = [self._branch()]
        while self._take("|"):
            branches.append(self._branch())
        part = branches.pop()
        while branches:
            first = branches.pop()
            part = self._sized([Split((1, len(first) + 2)), *first, Split((len(part) + 1,)), *part])
        return part

    def _branch(self) -> Part:
        parts: Part = []
        while self.at < len(self.text) and not self._peek("|", ")"):
            parts = self._sized([*parts, *self._piece()])
        return parts

    def _sized(self, part: Part) -> Part:
        if len(part) > MAX_PROGRAM:
            raise Trouble(
                Sentence(
                    "Expected a pattern of at most {most} steps, but it has more",
                    most=MAX_PROGRAM,
                )
            )
        return part

    def _piece(self) -> Part:
        atom = self._atom()
        least, most = self._quantity()
        if (least, most) == (1, 1):
            return atom
        lazy = self._take("?")
        if least * len(atom) > MAX_PROGRAM or (most or 0) * (len(atom) + 1) > MAX_PROGRAM:
            raise Trouble(
                Sentence(
                    "Expected a pattern of at most {most} steps, but it has more",
                    most=MAX_PROGRAM,
                )
            )
        part = atom * least
        if most is None:
            part = [*part, _choice(1, len(atom) + 2, lazy=lazy), *atom, Split((-len(atom) - 1,))]
        else:
            optional: Part = []
            for _ in range(most - least):
                optional = [_choice(1, len(atom) + len(optional) + 1, lazy=lazy), *atom, *optional]
            part = [*part, *optional]
        return self._sized(part)

    def _quantity(self) -> tuple[int, int | None]:
        for symbol, least, most in (("*", 0, None), ("+", 1, None), ("?", 0, 1)):
            if self._take(symbol):
                return least, most
        if not self._take("{"):
            return 1, 1
        inner, closed, _ = self.text[self.at :].partition("}")
        low, comma, high = inner.partition(",")
        bounds = [low, high] if comma and high else [low]
        if not closed or not all(_COUNT.fullmatch(bound) for bound in bounds):
            raise self._trouble("a number of times such as {2,5}")
        self.at += len(inner) + 1
        most = int(high) if high else (None if comma else int(low))
        if most is not None and most < int(low):
            raise self._trouble("the smaller number first")
        return int(low), most

    def _atom(self) -> Part:
        if self._peek("*", "+", "?", "{", "}", "]"):
            raise self._trouble("something to repeat, or a backslash before the sign,")
        if self._take("("):
            return self._group()
        if self._take("^"):
            return [Mark(holds=_at_line_start if "m" in self.flags else _at_start)]
        if self._take("$"):
            return [Mark(holds=_at_line_end if "m" in self.flags else _at_end)]
        return [Char(self._single())]

    def _single(self) -> CharTest:
        """Read the test of one character."""
        if self._take("."):
            return (lambda _: True) if "s" in self.flags else (lambda character: character not in "\n\r")
        if self._take("["):
            return self._test(self._class())
        if self._take("\\"):
            test, self.at = escape(self.text, self.at)
            return self._test(test)
        self.at += 1
        return self._test(exactly(self.text[self.at - 1]))

    def _group(self) -> Part:
        self.depth += 1
        if self.depth > MAX_GROUPS:
            raise Trouble(
                Sentence(
                    "Expected at most {most} brackets inside each other in a pattern",
                    most=MAX_GROUPS,
                )
            )
        keeps = not self._take("?:")
        if keeps:
            self.groups += 1
        number = self.groups
        part = self._alternatives()
        if not self._take(")"):
            raise self._trouble("')'")
        self.depth -= 1
        return [Mark(slot=2 * number), *part, Mark(slot=2 * number + 1)] if keeps else part

    def _class(self) -> CharTest:
        """Read what stands between square brackets; `-[` takes another class away."""
        self.depth += 1
        if self.depth > MAX_GROUPS:
            raise Trouble(
                Sentence(
                    "Expected at most {most} brackets inside each other in a pattern",
                    most=MAX_GROUPS,
                )
            )
        inverse = self._take("^")
        tests: list[CharTest] = []
        without: CharTest | None = None
        while not self._take("]"):
            if self.at >= len(self.text):
                raise self._trouble("']'")
            if tests and self._take("-["):
                without = self._class()
                if not self._peek("]"):
                    raise self._trouble("']'")
            else:
                tests.append(self._class_item())
        if not tests:
            raise self._trouble("a character before ']'")
        if len(tests) > MAX_CLASS:
            raise Trouble(
                Sentence(
                    "Expected at most {most} characters and spans between square brackets",
                    most=MAX_CLASS,
                )
            )
        self.depth -= 1
        test = negated(any_of(tests)) if inverse else any_of(tests)
        if without is None:
            return test
        taken = without
        return lambda character: test(character) and not taken(character)

    def _class_item(self) -> CharTest:
        if self._peek("["):
            raise self._trouble("a backslash before '['")
        first, test = self._class_character()
        if first is None or not self._peek("-") or self._peek("-]", "-["):
            return test
        self.at += 1
        last, _ = self._class_character()
        if last is None or last < first:
            raise self._trouble("a greater character behind '-'")
        return in_span(first, last)

    def _class_character(self) -> tuple[str | None, CharTest]:
        if self.at >= len(self.text):
            raise self._trouble("']'")
        character = self.text[self.at]
        self.at += 1
        if character != "\\":
            return character, exactly(character)
        sign = self.text[self.at : self.at + 1]
        test, self.at = escape(self.text, self.at)
        return (None if sign in _SEVERAL else _SINGLE.get(sign, sign)), test


def _choice(first: int, second: int, *, lazy: bool) -> Split:
    return Split((second, first) if lazy else (first, second))


def _at_start(_: str, offset: int) -> bool:
    return offset == 0


def _at_end(text: str, offset: int) -> bool:
    return offset == len(text)


def _at_line_start(text: str, offset: int) -> bool:
    return offset == 0 or text[offset - 1] == "\n"


def _at_line_end(text: str, offset: int) -> bool:
    return offset == len(text) or text[offset] == "\n"
