"""Text to tokens; owns the rule of names with spaces, and refuses what no expression may contain.

A name is the longest match among the known names (builtins, names in scope, keys of contexts written
further to the left). Where no known name matches, a run of words is one name: two names side by side
are never an expression, so nothing else could be meant. Keywords end a run.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lark import Token

from engine.feel.errors import FeelSyntaxError
from engine.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_LENGTH = 20_000  # characters of one expression
MAX_BRACKETS = 60  # brackets inside each other

_START = r"(?:[^\W\d]|[?\U00010000-\U0001ffff])"
_PART = r"(?:\w|[?\u00b7\u0300-\u036f\u203f\u2040\U00010000-\U0001ffff])"
_WORD = re.compile(f"{_START}{_PART}*")
_BLANK = re.compile(r"(?:[\s\ufeff\u180e\u200b]|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_AT = re.compile(r'@\s*"[^"\\]*"')
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SYMBOL = re.compile(r"\*\*|\.\.|->|<=|>=|!=|[-<>=+*/()\[\]{},:.]")
_MORE_OF_NAME = re.compile(rf"\s+({_WORD.pattern}|[0-9]+(?![.\w]))")
_KEY = re.compile(r'[^\s:,{}\[\]()"][^:,{}\[\]()"]*?(?=\s*:)')
_INSTANCE_OF = re.compile(r"instance\s+of\b")

_KEYWORDS = {
    "true": "TRUE",
    "false": "FALSE",
    "null": "NULL",
    "and": "_AND",
    "or": "_OR",
    "between": "_BETWEEN",
    "in": "_IN",
    "if": "_IF",
    "then": "_THEN",
    "else": "_ELSE",
    "for": "_FOR",
    "return": "_RETURN",
    "some": "SOME",
    "every": "EVERY",
    "satisfies": "_SATISFIES",
    "function": "_FUNCTION",
}
_SYMBOLS = {
    "**": "_POW",
    "..": "_RANGE",
    "->": "_ARROW",
    "<=": "COMPARE",
    ">=": "COMPARE",
    "!=": "COMPARE",
    "=": "COMPARE",
    "<": "LESS",
    ">": "GREATER",
    "+": "ADD",
    "*": "MUL",
    "/": "MUL",
    "(": "LPAR",
    "{": "_LBRACE",
    "}": "_RBRACE",
    ",": "_COMMA",
    ":": "_COLON",
    ".": "_DOT",
}
_OPERANDS = {"NUMBER", "STRING", "AT", "NAME", "TRUE", "FALSE", "NULL", "RPAR", "RSQB", "_RBRACE", "RCLOSE"}
_OPENING = {"LPAR", "LSQB", "_LBRACE", "ROPEN"}
_CLOSING = {"RPAR", "RSQB", "_RBRACE", "RCLOSE"}
_OTHER_LANGUAGES = {
    "'": 'a text in quotes like "this"',
    "&": "the word and",
    "|": "the word or",
    "!": "not(…)",
}
_HALF_WIDTH = str.maketrans("，（）：。“”‘’＞＜＝＋－＊／［］｛｝；", "\u002c():.\"\"''><=+-*/[]{};")


def normal(name: str) -> str:
    """Give the name with one space wherever it had blanks."""
    return " ".join(name.split())


def position(text: str, offset: int) -> tuple[int, int]:
    """Give line and column, counted from 1, of an offset in the text."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class KnownNames:
    """Names that one word cannot hold, found by their first word, longest first."""

    def __init__(self, names: Iterable[str]) -> None:
        self._patterns: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Know a name; one that is a single word needs no entry."""
        name = normal(name)
        first = _WORD.match(name)
        if first is None or first.end() == len(name):
            return
        entries = self._patterns.setdefault(first.group(), [])
        if all(name != known for known, _ in entries):
            entries.append((name, _pattern(name)))
            entries.sort(key=lambda entry: -len(entry[0]))

    def match(self, first: str, text: str, offset: int) -> tuple[str, int] | None:
        """Give the longest known name at the offset, where the word `first` stands, and where it ends."""
        for name, pattern in self._patterns.get(first, ()):
            found = pattern.match(text, offset)
            if found:
                return name, found.end()
        return None


@lru_cache(maxsize=4096)
def _pattern(name: str) -> re.Pattern[str]:
    parts = r"\s+".join(re.escape(part) for part in name.split(" "))
    return re.compile(parts + (f"(?!{_PART})" if re.fullmatch(_PART, name[-1]) else ""))


class Lexer:
    """Reads the tokens of one text."""

    def __init__(self, text: str, *, builtin: KnownNames, names: Iterable[str]) -> None:
        if len(text) > MAX_LENGTH:
            raise FeelSyntaxError(
                Sentence(
                    "Expected at most {most} characters, but there are {count}.",
                    most=MAX_LENGTH,
                    count=len(text),
                )
            )
        self.text = text
        self.offset = 0
        self._words = {name for name in map(normal, names) if _WORD.fullmatch(name)}
        self._known = KnownNames(names)
        self._builtin = builtin
        self._last = ""
        self._levels: list[_Level] = [_Level("")]

    def tokens(self) -> Iterator[Token]:
        """Give token after token; raises FeelSyntaxError at a character that no token begins with."""
        text = self.text
        while True:
            blank = _BLANK.match(text, self.offset)
            if blank:
                self.offset = blank.end()
            if self.offset >= len(text):
                return
            start = self.offset
            kind, value = self._next()
            self._note(kind)
            self._last = kind
            yield Token(kind, value, start_pos=start)

    def fail(self, message: str, offset: int) -> FeelSyntaxError:
        """Make the error for a place in the text."""
        line, column = position(self.text, offset)
        return FeelSyntaxError(
            Sentence("{reason} (line {line}, column {column})", reason=message, line=line, column=column),
            line=line,
            column=column,
        )

    def _next(self) -> tuple[str, str]:
        if self._at_key():
            key = self._key()
            if key is not None:
                return "KEY", key
        for kind, pattern in (("STRING", _STRING), ("AT", _AT), ("NUMBER", _NUMBER)):
            found = pattern.match(self.text, self.offset)
            if found:
                self.offset = found.end()
                return kind, found.group()
        word = _WORD.match(self.text, self.offset)
        if word:
            return self._name(word.group(), word.end())
        symbol = _SYMBOL.match(self.text, self.offset)
        if symbol:
            self.offset = symbol.end()
            return self._symbol(symbol.group()), symbol.group()
        raise self._stray()

    def _stray(self) -> FeelSyntaxError:
        character = self.text[self.offset]
        if character in _OTHER_LANGUAGES:
            return self.fail(
                Sentence(
                    "Expected {ours}, but found {character}",
                    ours=_OTHER_LANGUAGES[character],
                    character=character,
                ),
                self.offset,
            )
        half = character.translate(_HALF_WIDTH)
        if half != character:
            return self.fail(
                Sentence(
                    "Expected '{half}', but found the full-width '{character}'",
                    half=half,
                    character=character,
                ),
                self.offset,
            )
        if character == '"':
            return self.fail("Expected the text to end with '\"', but it does not end", self.offset)
        return self.fail(
            Sentence("Expected an expression, but found '{character}'", character=character), self.offset
        )

    def _at_key(self) -> bool:
        opened = self._levels[-1].opened_by == "_LBRACE"
        return opened and self._last in {"_LBRACE", "_COMMA"}

    def _key(self) -> str | None:
        string = _STRING.match(self.text, self.offset)
        if string:
            self.offset = string.end()
            return string.group()
        found = _KEY.match(self.text, self.offset)
        if found is None:
            return None
        self.offset = found.end()
        name = normal(found.group())
        self._known.add(name)
        return name

    def _name(self, word: str, end: int) -> tuple[str, str]:
        """Read a keyword or the longest name that begins with the word."""
        wants_operand = self._last not in _OPERANDS
        if wants_operand:
            known = self._known_name(word)
            if known:
                return "NAME", self._run(*known)
        if word in _KEYWORDS and self._last != "_DOT":
            self.offset = end
            return _KEYWORDS[word], word
        if not wants_operand:
            instance = _INSTANCE_OF.match(self.text, self.offset)
            if instance:
                self.offset = instance.end()
                return "_INSTANCE_OF", "instance of"
        return "NAME", self._run(word, end)

    def _known_name(self, word: str) -> tuple[str, int] | None:
        found = [self._known.match(word, self.text, self.offset)]
        builtin = self._builtin.match(word, self.text, self.offset)
        # `date and time` are two variables to someone who has a variable `date`, unless it is called.
        if builtin and (word not in self._words or self.text[builtin[1] :].lstrip().startswith("(")):
            found.append(builtin)
        return max((match for match in found if match), key=lambda match: match[1], default=None)

    def _run(self, name: str, end: int) -> str:
        """Add the words that follow the name directly; `not x` is no name, but a slip for `not(x)`."""
        if name == "not" and _MORE_OF_NAME.match(self.text, end):
            raise self.fail("Expected '(' behind 'not', as in not(x)", end)
        while True:
            more = _MORE_OF_NAME.match(self.text, end)
            if more is None or more.group(1) in _KEYWORDS or _INSTANCE_OF.match(self.text, more.start(1)):
                self.offset = end
                return name
            name, end = f"{name} {more.group(1)}", more.end()

    def _symbol(self, symbol: str) -> str:
        level = self._levels[-1]
        if symbol == "-":
            return "ADD" if self._last in _OPERANDS else "NEG"
        if symbol == "[":
            return "RCLOSE" if level.range and self._last in _OPERANDS else "LSQB"
        if symbol == "]":
            opens = self._last not in _OPERANDS and self._last != "LSQB"
            return "ROPEN" if opens else "RSQB"
        if symbol == ")":
            return "RPAR"
        return _SYMBOLS[symbol]

    def _note(self, kind: str) -> None:
        """Keep track of brackets, and of whether `..` at this level makes a range."""
        level = self._levels[-1]
        if kind in _OPENING:
            self._levels.append(_Level(kind))
            if len(self._levels) > MAX_BRACKETS:
                raise self.fail(
                    Sentence(
                        "Expected at most {most} brackets inside each other",
                        most=MAX_BRACKETS,
                    ),
                    self.offset,
                )
        elif kind in _CLOSING:
            if len(self._levels) > 1:
                self._levels.pop()
        elif kind in {"_FOR", "SOME", "EVERY"}:
            level.iterating = True
        elif kind in {"_RETURN", "_SATISFIES"}:
            level.iterating = False
        elif kind == "_RANGE":
            level.range = not level.iterating


class _Level:
    """An open bracket."""

    __slots__ = ("iterating", "opened_by", "range")

    def __init__(self, opened_by: str) -> None:
        self.opened_by = opened_by
        self.iterating = False
        self.range = False
