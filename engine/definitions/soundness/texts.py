"""What a FEEL text reads and sets, and which of its variables it takes as they come, set or not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from lark import Tree

from engine import feel
from engine.feel.lexer import KnownNames
from engine.feel.library_all import NAMES
from engine.feel.parser import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.feel.parser import Node

_BUILTIN = KnownNames(NAMES)
_EQUAL = {"=", "!="}
_TAKES_NULL = {"is defined", "get or else", "list contains", "append", "concatenate", "flatten"}
"""Functions that say something of null, too."""
_HANDS_ON = {"expression", "context", "entry", "list", "paren", "path"}
NEEDED, PASSED, TOLERATED = "needed", "passed", "tolerated"


@dataclass(frozen=True, slots=True)
class Text:
    """One FEEL text. reads: the variables it reads. needs: those of them without which it has no value.

    tolerates: those that may be null, because it says so. The others are only passed on.
    sets: the entries of a context that is written out; None where the text is none.
    """

    reads: frozenset[str]
    needs: frozenset[str]
    tolerates: frozenset[str]
    sets: frozenset[str] | None


@lru_cache(maxsize=4_096)
def read_text(text: str, names: frozenset[str]) -> Text:
    """Read an expression that is known to be FEEL. names: variables with blanks or signs in their names."""
    reads = feel.compile(text, names=names).names
    tree = parse(text, start="expression", builtin=_BUILTIN, names=names)
    found: dict[str, set[str]] = {NEEDED: set(), PASSED: set(), TOLERATED: set()}
    for name, use in _uses(tree, PASSED):
        found[use].add(name)
    tested = {_name(side) for compare in tree.find_data("compare") for side in _beside_null(compare)}
    return Text(
        reads,
        frozenset(reads & found[NEEDED] - tested),
        frozenset(name for name in reads if name in tested or name not in found[NEEDED] | found[PASSED]),
        _keys(tree),
    )


def _keys(tree: Node) -> frozenset[str] | None:
    """Give the entries that a script sets; those of both ways where it is a choice of two contexts."""
    part = tree.children[0] if tree.data == "expression" else tree
    if not isinstance(part, Tree):
        return None
    if part.data == "paren":
        inner = [child for child in part.children if isinstance(child, Tree)]
        return _keys(inner[0]) if len(inner) == 1 else None
    if part.data == "context":
        entries = (entry for entry in part.children if isinstance(entry, Tree))
        return frozenset(str(entry.children[0]).strip('"') for entry in entries)
    if part.data == "if_else":
        either = [_keys(child) for child in part.children[1:] if isinstance(child, Tree)]
        known = [keys for keys in either if keys is not None]
        return frozenset().union(*known) if len(known) == len(either) else None
    return None


def _beside_null(compare: Node) -> Iterator[Node]:
    """Iterate over the sides of a comparison with null."""
    sides = [part for part in compare.children if isinstance(part, Tree) and part.data != "compare_op"]
    if any(side.data == "null" for side in sides):
        yield from sides


def _uses(node: Node, use: str) -> Iterator[tuple[str, str]]:
    """Iterate over the names of a part with what null does there."""
    if node.data == "name":
        yield str(node.children[0]), use
    for child in node.children:
        if isinstance(child, Tree):
            yield from _uses(child, _use_of(node, child, use))


def _use_of(node: Node, child: Node, use: str) -> str:
    if node.data in _HANDS_ON or (node.data == "if_else" and child is not node.children[0]):
        return use
    if node.data == "compare":
        equal = str(next(node.find_data("compare_op")).children[0]) in _EQUAL
        return TOLERATED if equal and child.data in {"name", "path"} else NEEDED
    if node.data == "is_in":
        return TOLERATED if child is node.children[0] else NEEDED
    if node.data == "call":
        return PASSED if _name(node.children[0]) in _TAKES_NULL else NEEDED
    return NEEDED


def _name(node: object) -> str:
    """Give the name that a part is, or the one at the beginning of its path."""
    while isinstance(node, Tree) and node.data == "path":
        node = node.children[0]
    return str(node.children[0]) if isinstance(node, Tree) and node.data == "name" else ""
