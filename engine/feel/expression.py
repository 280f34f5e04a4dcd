"""Compiled expressions and their cache: the way into the language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from engine.feel import library_all
from engine.feel.compiler import Compiler
from engine.feel.errors import FeelBudgetExceeded, FeelSyntaxError
from engine.feel.lexer import KnownNames, normal
from engine.feel.parser import Node, parse
from engine.feel.runtime import Code, Environment, Frame, Run
from engine.feel.values import admit_result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CACHED = 4096  # compiled expressions kept in the process
CACHED_SETS = 512  # sets of names
_UNSET = object()
_BUILTIN_NAMES = KnownNames(library_all.NAMES)


@dataclass(frozen=True, slots=True)
class Result:
    """A value, and why parts of the expression had none."""

    value: Any
    warnings: tuple[str, ...]


class Expression:
    """A compiled expression; evaluating it has no side effect, and it may be shared by threads.

    names: the variables it reads. A name inside a filter counts when it was among the known names of
    `compile`; otherwise it may as well be an entry of the item, and stands in `filter_names`.
    size: the number of its parts, its cost in steps where it is evaluated again and again.
    """

    __slots__ = ("_code", "_known", "_unary", "filter_names", "names", "size", "text")

    def __init__(
        self, text: str, code: Code, compiler: Compiler, known: frozenset[str], *, unary: bool
    ) -> None:
        self.text = text
        self.names = frozenset(compiler.free)
        self.filter_names = frozenset(compiler.filtered)
        self.size = compiler.size
        self._code = code
        self._known = known
        self._unary = unary

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def evaluate(self, context: Mapping[str, Any], environment: Environment, *, value: Any = _UNSET) -> Any:
        """Give the value of the expression; what goes wrong inside is null, as the standard wants.

        value: what `?` stands for; for unary tests the value of the input, and the answer is then true
        or false. Raises FeelBudgetExceeded when it needs too much, InvalidInput for a float or another
        foreign value among the variables it reads.
        """
        return self.evaluate_within(Run(environment), context, value=value)

    def explain(self, context: Mapping[str, Any], environment: Environment, *, value: Any = _UNSET) -> Result:
        """Give the value like `evaluate`, and the warnings that say why parts of it are null."""
        run = Run(environment)
        found = self.evaluate_within(run, context, value=value)
        return Result(found, tuple(run.warnings))

    def tree(self) -> Node:
        """Give the parts of the expression, read once more, for those who ask what it says without evaluating."""
        return parse(
            self.text,
            start="unary" if self._unary else "expression",
            builtin=_BUILTIN_NAMES,
            names=self._known,
        )

    @property
    def code(self) -> Code:
        """The closure, for those who keep the frames of a table with many cells; true is `is True`."""
        return self._code

    def holds(self, frame: Frame) -> bool:
        """Tell whether the expression is true in a frame that the caller made."""
        return self._code(frame) is True

    def evaluate_within(self, run: Run, context: Mapping[str, Any], *, value: Any = _UNSET) -> Any:
        """Give the value like `evaluate`, on the budget of a run that several expressions share."""
        frame = Frame(context, None, run)
        if value is not _UNSET:
            frame = Frame({"?": value}, frame, run)
        try:
            found = self._code(frame)
        except RecursionError:
            raise FeelBudgetExceeded("Expected values less deep inside each other.") from None
        return found is True if self._unary else admit_result(found)


def compile(text: str, *, names: Iterable[str] = (), types: Iterable[str] = ()) -> Expression:  # noqa: A001 - the word that everybody expects
    """Give the compiled expression, from a bounded cache.

    names: the variables that may occur; only names with operators or keywords in them need it, others
    are understood anyway. types: names of types of the file that it stands in. Raises FeelSyntaxError.
    """
    return _compiled(text, _normal(names), frozenset(types), "expression")


def compile_unary(text: str, *, names: Iterable[str] = (), types: Iterable[str] = ()) -> Expression:
    """Give the compiled unary tests of a cell of a decision table; `-` passes always.

    Evaluate them with `value=`; the answer is true or false. Raises FeelSyntaxError.
    """
    return _compiled(text, _normal(names), frozenset(types), "unary")


def _normal(names: Iterable[str]) -> frozenset[str]:
    """Give the names as expressions spell them; a set that comes again, as that of a service, is looked up."""
    return _normal_set(names) if type(names) is frozenset else frozenset(map(normal, names))


@lru_cache(maxsize=CACHED_SETS)
def _normal_set(names: frozenset[str]) -> frozenset[str]:
    return frozenset(map(normal, names))


@lru_cache(maxsize=CACHED)
def _compiled(
    text: str, names: frozenset[str], types: frozenset[str], start: Literal["expression", "unary"]
) -> Expression:
    tree = parse(text, start=start, builtin=_BUILTIN_NAMES, names=names | types)
    compiler = Compiler(names, types)
    unary = start == "unary"
    try:
        code = compiler.tests(tree) if unary else compiler.code(tree)
    except RecursionError:
        raise FeelSyntaxError("Expected parts less deep inside each other, but these are too deep.") from None
    return Expression(text, code, compiler, names | types, unary=unary)
