"""Reads JUEL, in which Camunda 7, Flowable and Activiti write expressions; refuses what is not of that language.

Only the syntax: what the same means in FEEL is said by `feel_of`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.sentences import Sentence

MAX_LENGTH = 5_000
MAX_DEPTH = 40
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
        |(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
        |(?P<name>[^\W\d]\w*)
        |(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/%<>!?:()\[\].,]))""",
    re.VERBOSE,
)
_WORDS = {
    "and": "&&", "or": "||", "not": "!", "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=",
    "div": "/", "mod": "%",
}  # fmt: skip
_BINDS = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
_CONSTANTS = {"true": True, "false": False, "null": None}


class TranslationError(ValueError):
    """The text is no expression, or holds what has no counterpart; the reason says what."""

    def __init__(self, template: str, /, **values: Any) -> None:
        self.reason = Sentence(template, **values)
        super().__init__(self.reason)


@dataclass(frozen=True, slots=True)
class Constant:
    """A text, a number as it is written, true, false or null."""

    value: str | bool | None
    number: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, or a bean."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """A property by its name, or an entry by its key or number."""

    of: Tree
    key: Tree


@dataclass(frozen=True, slots=True)
class Call:
    """A method of something, or of nothing: a function."""

    of: Tree | None
    method: str
    arguments: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """`!`, `-` or `empty` before something."""

    sign: str
    of: Tree


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things with a sign between them."""

    sign: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Choice:
    """`condition ? this : that`."""

    condition: Tree
    this: Tree
    that: Tree


Tree: TypeAlias = Constant | Name | Member | Call | Prefix | Pair | Choice


def read(text: str) -> Tree:
    """Read what stands between the braces of `${…}`; raises TranslationError."""
    if len(text) > MAX_LENGTH:
        raise TranslationError("Expected an expression of at most {most} characters", most=MAX_LENGTH)
    reader = _Reader(_tokens(text))
    found = reader.whole(0)
    if reader.next is not None:
        raise TranslationError("Expected the expression to end before {text!r}", text=reader.next[1])
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            rest = text[at:].strip()[:20]
            raise TranslationError("Expected an expression, but {text!r} is none", text=rest)
        kind = found.lastgroup or ""
        word = found.group(kind)
        sign = _WORDS.get(word) if kind == "name" else None
        tokens.append(("sign", sign) if sign else (kind, word))
        at = found.end()
    return tokens


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens, self._at = tokens, 0

    @property
    def next(self) -> tuple[str, str] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def whole(self, depth: int) -> Tree:
        """Read a choice or what stands in place of one."""
        if depth > MAX_DEPTH:
            raise TranslationError("Expected an expression nested at most {most} deep", most=MAX_DEPTH)
        condition = self._pairs(0, depth)
        if not self._takes("?"):
            return condition
        this = self.whole(depth + 1)
        self._needs(":")
        return Choice(condition, this, self.whole(depth + 1))

    def _pairs(self, binds: int, depth: int) -> Tree:
        left = self._prefixed(depth)
        while self.next is not None and _BINDS.get(self._sign(), 0) > binds:
            sign = self._take()[1]
            left = Pair(sign, left, self._pairs(_BINDS[sign], depth + 1))
        return left

    def _prefixed(self, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise TranslationError("Expected an expression nested at most {most} deep", most=MAX_DEPTH)
        if self._takes("!"):
            return Prefix("!", self._prefixed(depth + 1))
        if self._takes("-"):
            return Prefix("-", self._prefixed(depth + 1))
        if self.next == ("name", "empty"):
            self._take()
            return Prefix("empty", self._prefixed(depth + 1))
        return self._followed(self._single(depth), depth)

    def _single(self, depth: int) -> Tree:
        if self._takes("("):
            inner = self.whole(depth + 1)
            self._needs(")")
            return inner
        kind, word = self._take()
        if kind == "number":
            return Constant(word, number=True)
        if kind == "text":
            return Constant(re.sub(r"\\(.)", r"\1", word[1:-1]))
        if kind == "name":
            if word in _CONSTANTS:
                return Constant(_CONSTANTS[word])
            return Call(None, word, self._arguments(depth)) if self._sign() == "(" else Name(word)
        raise TranslationError("Expected a value, but got {text!r}", text=word)

    def _followed(self, found: Tree, depth: int) -> Tree:
        while self._sign() in (".", "["):
            if self._takes("["):
                found = Member(found, self.whole(depth + 1))
                self._needs("]")
                continue
            self._needs(".")
            kind, word = self._take()
            if kind != "name":
                raise TranslationError("Expected a name behind the dot, but got {text!r}", text=word)
            if self._sign() == "(":
                found = Call(found, word, self._arguments(depth))
            else:
                found = Member(found, Constant(word))
        return found

    def _arguments(self, depth: int) -> tuple[Tree, ...]:
        self._needs("(")
        found: list[Tree] = []
        while not self._takes(")"):
            if found:
                self._needs(",")
            found.append(self.whole(depth + 1))
        return tuple(found)

    def _sign(self) -> str:
        return self.next[1] if self.next is not None and self.next[0] == "sign" else ""

    def _take(self) -> tuple[str, str]:
        if self.next is None:
            raise TranslationError("Expected more, but the expression ends")
        self._at += 1
        return self._tokens[self._at - 1]

    def _takes(self, sign: str) -> bool:
        if self._sign() != sign:
            return False
        self._at += 1
        return True

    def _needs(self, sign: str) -> None:
        if not self._takes(sign):
            if self.next is None:
                raise TranslationError("Expected {sign!r}, but the expression ends", sign=sign)
            raise TranslationError("Expected {sign!r}, but got {text!r}", sign=sign, text=self.next[1])
