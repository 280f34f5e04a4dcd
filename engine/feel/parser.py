"""Tokens to a tree of lark; owns the wording of syntax errors."""

from __future__ import annotations

from functools import cache, reduce
from typing import TYPE_CHECKING, Any, Literal

from lark import Lark, Token, Tree, UnexpectedToken
from lark.lexer import Lexer as LarkLexer

from engine.feel.errors import FeelSyntaxError
from engine.feel.grammar import GRAMMAR
from engine.feel.lexer import KnownNames, Lexer
from engine.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Node = Tree[Token]

_WORDS = {
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": "a text in quotes",
    "KEY": "a key",
    "COMPARE": "a comparison",
    "ADD": "'+' or '-'",
    "MUL": "'*' or '/'",
    "_POW": "'**'",
    "_OR": "'or'",
    "_AND": "'and'",
    "_BETWEEN": "'between'",
    "_IN": "'in'",
    "_INSTANCE_OF": "'instance of'",
    "_THEN": "'then'",
    "_ELSE": "'else'",
    "_RETURN": "'return'",
    "_SATISFIES": "'satisfies'",
    "LPAR": "'('",
    "RPAR": "')'",
    "LSQB": "'['",
    "RSQB": "']'",
    "_RBRACE": "'}'",
    "_COMMA": "','",
    "_COLON": "':'",
    "_DOT": "'.'",
    "_RANGE": "'..'",
    "GREATER": "'>'",
    "$END": "the end",
}
_OPERATORS = {"ADD", "MUL", "COMPARE"}  # where these may stand, an operand is complete
_AFTER_OPERAND = {
    *("ADD", "MUL", "COMPARE", "LESS", "GREATER", "_POW", "_OR", "_AND", "_BETWEEN", "_IN", "_INSTANCE_OF"),
    *("LPAR", "LSQB", "_DOT"),
}
_STARTS = {"NAME", "NUMBER", "STRING", "_IF"}  # where these may stand, a whole expression may


class _Ready(LarkLexer):
    """Passes tokens that are already made."""

    def __init__(self, lexer_conf: Any) -> None:
        """Take what lark hands every lexer; nothing of it is needed."""

    def lex(self, data: Any) -> Iterator[Token]:  # type: ignore[override,unused-ignore]
        return iter(data)


@cache
def _lark() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer=_Ready, start=["expression", "unary"], maybe_placeholders=False)


def parse(
    text: str, *, start: Literal["expression", "unary"], builtin: KnownNames, names: Iterable[str]
) -> Node:
    """Give the tree of a text.

    Raises FeelSyntaxError with line and column, saying in words what was expected there.
    """
    lexer = Lexer(text, builtin=builtin, names=names)
    tokens = list(lexer.tokens())
    if not tokens:
        raise lexer.fail("Expected an expression, but the text is empty", 0)
    if start == "unary":
        tokens = _mark_not(tokens)
    try:
        tree: Node = _lark().parse(tokens, start=start)
    except UnexpectedToken as error:
        raise _explained(error, lexer) from error
    return tree


def _mark_not(tokens: list[Token]) -> list[Token]:
    """Make `not(` at the front the negation of all tests, if its bracket closes only at the end."""
    if len(tokens) < 2 or tokens[0] != "not" or tokens[1].type != "LPAR":  # noqa: PLR2004 - `not` and `(`
        return tokens
    depth = 0
    for index, token in enumerate(tokens):
        if token.type in {"LPAR", "LSQB", "_LBRACE", "ROPEN"}:
            depth += 1
        elif token.type in {"RPAR", "RSQB", "_RBRACE", "RCLOSE"}:
            depth -= 1
            if depth == 0 and index < len(tokens) - 1:
                return tokens
    return [Token("_NOT", "not", start_pos=tokens[0].start_pos), *tokens[1:]]


def _explained(error: UnexpectedToken, lexer: Lexer) -> FeelSyntaxError:
    accepted = set(error.accepts or error.expected)
    expected = []
    if accepted >= _STARTS:
        expected.append("an expression")
        accepted = {kind for kind in accepted if kind not in _WORDS or kind in {"RPAR", "RSQB", "_RBRACE"}}
    elif accepted >= _OPERATORS:
        expected.append("an operator")
        accepted -= _AFTER_OPERAND
    expected += sorted({_WORDS[kind] for kind in accepted if kind in _WORDS})
    wanted = expected[-1] if expected else "more"
    if len(expected) > 1:
        listed = reduce(
            lambda first, then: Sentence("{first}, {then}", first=first, then=then), expected[:-1]
        )
        wanted = Sentence("{first} or {then}", first=listed, then=wanted)
    if error.token.type == "$END":
        return lexer.fail(
            Sentence("Expected {wanted}, but the text ends", wanted=wanted), len(lexer.text.rstrip())
        )
    return lexer.fail(
        Sentence("Expected {wanted}, but found '{token}'", wanted=wanted, token=error.token),
        error.token.start_pos or 0,
    )
