"""Tree to closures; owns scopes and the free names of an expression, and refuses trees that are too deep.

Each closure takes the frame of variables and gives a value. What is known when compiling (operators,
literals, builtins, the cost of a loop's body) is looked up then, so that a warm condition costs little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lark import Token

from engine.feel import arithmetic, calls, exact, literals, loops, operators, properties, quick, temporal
from engine.feel.errors import FeelSyntaxError, Trouble
from engine.feel.functions import UserFunction
from engine.feel.kinds import Check, checker
from engine.feel.library import BUILTINS
from engine.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.feel.operators import Test
    from engine.feel.parser import Node
    from engine.feel.runtime import Code, Frame

MAX_DEPTH = 100  # parts of an expression inside each other


class Compiler:
    """Compiles one tree and collects the free names.

    free: names read that nothing in the expression binds. filtered: names read inside a filter, which
    are either an entry of the item or a variable. size: the parts of the tree, its cost in steps.
    """

    def __init__(self, names: Iterable[str], types: frozenset[str] = frozenset()) -> None:
        self.free: set[str] = set()
        self.filtered: set[str] = set()
        self._names = frozenset(names)
        self._types = types
        self._scopes: list[set[str]] = []
        self._filters = 0
        self._depth = 0
        self.size = 0
        self._read: set[str] = set()

    def code(self, node: Node) -> Code:
        """Give the closure of a part."""
        self.size += 1
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FeelSyntaxError(
                Sentence(
                    "Expected at most {most} parts inside each other, but there are more",
                    most=MAX_DEPTH,
                )
            )
        make = getattr(self, f"_{node.data}")
        code: Code = make(node)
        self._depth -= 1
        return code

    def tests(self, node: Node) -> Code:
        """Give the closure of the unary tests of a cell, which reads the cell's input as `?`."""
        if node.data == "anything":
            return operators.constant(True)
        parts = _nodes(node)
        tests = [self._test(part, cell=True) for part in parts]
        negated = node.data == "none_of"
        general = operators.any_of(tests, operators.read_name("?", None), negated=negated)
        return general if negated else quick.cell(tests, [quick.known(part) for part in parts], general)

    def _inner(self, node: Node, bound: Iterable[str]) -> tuple[Code, int, set[str]]:
        """Compile a part in which more names are bound; give also its size and the names it reads."""
        outer_read, self._read = self._read, set()
        before = self.size
        self._scopes.append(set(bound))
        code = self.code(node)
        self._scopes.pop()
        read, self._read = self._read, outer_read | self._read
        return code, self.size - before, read

    def _bound(self, name: str) -> bool:
        return any(name in scope for scope in self._scopes)

    # Literals and names

    def _expression(self, node: Node) -> Code:
        return self.code(_nodes(node)[0])

    def _number(self, node: Node) -> Code:
        return _literal(exact.parse, str(node.children[0]))

    def _string(self, node: Node) -> Code:
        return operators.constant(literals.unquote(str(node.children[0])))

    def _at_literal(self, node: Node) -> Code:
        return _literal(temporal.parse, literals.unquote(str(node.children[0]).lstrip("@ \t\r\n")))

    def _true(self, _: Node) -> Code:
        return operators.constant(True)

    def _false(self, _: Node) -> Code:
        return operators.constant(False)

    def _null(self, _: Node) -> Code:
        return operators.constant(None)

    def _name(self, node: Node) -> Code:
        name = str(node.children[0])
        self._note(name, builtin=name in BUILTINS)
        return operators.read_name(name, BUILTINS.get(name))

    def _note(self, name: str, *, builtin: bool) -> None:
        self._read.add(name)
        if self._bound(name) or name == "?" or (builtin and name not in self._names):
            return
        if self._filters and name not in self._names:
            self.filtered.add(name)
        else:
            self.free.add(name)

    # Operators

    def _disjunction(self, node: Node) -> Code:
        return operators.logic([self.code(part) for part in _nodes(node)], decisive=True)

    def _conjunction(self, node: Node) -> Code:
        return operators.logic([self.code(part) for part in _nodes(node)], decisive=False)

    def _compare(self, node: Node) -> Code:
        left, compared, right = _nodes(node)
        symbol = str(compared.children[0])
        return operators.comparison(self.code(left), symbol, self.code(right), quick.known(right))

    def _between(self, node: Node) -> Code:
        value, low, high = (self.code(part) for part in _nodes(node))
        at_least, at_most = operators.comparison(value, ">=", low), operators.comparison(value, "<=", high)
        return operators.logic([at_least, at_most], decisive=False)

    def _is_in(self, node: Node) -> Code:
        value, target = _nodes(node)
        several = target.data == "paren"
        tests = [self._test(part, cell=False) for part in (_nodes(target) if several else [target])]
        return operators.any_of(tests, self.code(value), negated=False)

    def _test(self, node: Node, *, cell: bool) -> Test:
        if node.data == "than":
            symbol, right = _nodes(node)
            compare = str(symbol.children[0])
            return quick.than(compare, quick.known(right), operators.than(compare, self.code(right)))
        code, _, read = self._inner(node, ())
        if cell and "?" in read:
            return operators.truth(code)
        general = operators.membership(code, cell=cell, ranged=node.data == "range")
        if node.data != "range":
            return quick.than("=", quick.known(node), general)
        low, high = (quick.known(part) for part in _nodes(node))
        from_start, to_end = node.children[0] == "[", node.children[-1] == "]"
        return quick.within(low, high, from_start=from_start, to_end=to_end, general=general)

    def _instance_of(self, node: Node) -> Code:
        value, of = _nodes(node)
        return operators.instance_of(self.code(value), self._check(of))

    def _check(self, node: Node) -> Check:
        check = checker(node, self._types)
        if check is None:
            raise FeelSyntaxError(
                "Expected a type of FEEL behind 'instance of' or ':', but it has no such type"
            )
        return check

    def _chain(self, node: Node) -> Code:
        first, *rest = node.children
        steps = [
            (arithmetic.OPERATORS[str(symbol)], self.code(part))
            for symbol, part in zip(rest[::2], rest[1::2], strict=True)
            if not isinstance(part, Token)
        ]
        assert not isinstance(first, Token)
        return operators.chain(self.code(first), steps)

    def _powers(self, node: Node) -> Code:
        first, *rest = (self.code(part) for part in _nodes(node))
        return operators.chain(first, [(arithmetic.power, part) for part in rest])

    def _negative(self, node: Node) -> Code:
        return operators.negative(self.code(_nodes(node)[0]))

    def _paren(self, node: Node) -> Code:
        first, *more = _nodes(node)
        if more:
            raise FeelSyntaxError(
                "Expected one expression in the brackets, but several; a list is written [1, 2]"
            )
        return self.code(first)

    def _than(self, node: Node) -> Code:
        symbol, part = _nodes(node)
        return operators.half_range(str(symbol.children[0]), self.code(part))

    def _if_else(self, node: Node) -> Code:
        condition, then, otherwise = (self.code(part) for part in _nodes(node))
        return operators.choice(condition, then, otherwise)

    # Lists, contexts, ranges

    def _list(self, node: Node) -> Code:
        return operators.make_list([self.code(part) for part in _nodes(node)])

    def _range(self, node: Node) -> Code:
        first, last = _nodes(node)
        start, end = self.code(first), self.code(last)
        from_start, to_end = node.children[0] == "[", node.children[-1] == "]"
        if {first.data, last.data} <= {"number", "string"}:
            return operators.literal_range(start, end, from_start=from_start, to_end=to_end)
        may_open = (first.data == "null", last.data == "null")
        return operators.make_range(start, end, from_start=from_start, to_end=to_end, may_open=may_open)

    def _context(self, node: Node) -> Code:
        entries: list[tuple[str, Code]] = []
        self._scopes.append(set())
        for entry in _nodes(node):
            key, part = entry.children
            assert not isinstance(part, Token)
            name = literals.unquote(str(key)) if key.startswith('"') else str(key)  # type: ignore[union-attr]
            if part.data == "function":
                self._scopes[-1].add(name)  # so that the function may call itself
            entries.append((name, self.code(part)))
            self._scopes[-1].add(name)
        self._scopes.pop()
        return operators.make_context(entries)

    def _path(self, node: Node) -> Code:
        source, name = self.code(_nodes(node)[0]), str(node.children[1])
        return lambda frame: properties.get(source(frame), name, frame.run)

    def _filter(self, node: Node) -> Code:
        source, condition = _nodes(node)
        collection = self.code(source)
        self._filters += 1
        code, weight, _ = self._inner(condition, {"item"})
        self._filters -= 1
        return loops.pick(collection, code, weight=weight)

    def _for_each(self, node: Node) -> Code:
        *heads, body = _nodes(node)
        iterations = self._iterations(heads)
        code, weight, read = self._inner(body, {"partial"})
        self._scopes[-len(iterations) :] = []
        return loops.for_each(iterations, code, weight=weight, partial="partial" in read)

    def _quantified(self, node: Node) -> Code:
        *heads, condition = _nodes(node)
        iterations = self._iterations(heads)
        code, weight, _ = self._inner(condition, ())
        self._scopes[-len(iterations) :] = []
        return loops.quantified(iterations, code, weight=weight, every=node.children[0] == "every")

    def _iterations(self, heads: list[Node]) -> list[loops.Iteration]:
        """Compile the heads; each binds its name in those behind it, and the caller takes the scopes off."""
        iterations = []
        for head in heads:
            source, *end = (self.code(part) for part in _nodes(head))
            iterations.append(loops.Iteration(str(head.children[0]), source, end[0] if end else None))
            self._scopes.append({iterations[-1].name})
        return iterations

    # Functions

    def _function(self, node: Node) -> Code:
        *heads, body = _nodes(node)
        parameters = []
        for head in heads:
            of = _nodes(head)
            parameters.append((str(head.children[0]), self._check(of[0]) if of else None))
        code, weight, _ = self._inner(body, {name for name, _ in parameters})
        return lambda frame: UserFunction(parameters, code, frame, weight=weight)

    def _call(self, node: Node) -> Code:
        callee, *arguments = _nodes(node)
        general = calls.by_position(self._callee(callee), [self.code(part) for part in arguments])
        name = str(callee.children[0]) if callee.data == "name" else ""
        parse = _OF_TEXT.get(name)
        if parse is None or name in self._names or self._bound(name):
            return general
        return quick.of_text(parse, arguments, general)

    def _call_named(self, node: Node) -> Code:
        callee, *arguments = _nodes(node)
        named = [(str(part.children[0]), self.code(_nodes(part)[0])) for part in arguments]
        return calls.by_name(self._callee(callee), named)

    def _callee(self, node: Node) -> Code:
        if node.data != "name":
            return self.code(node)
        name = str(node.children[0])
        builtin = BUILTINS.get(name)
        if builtin and not self._bound(name):
            return calls.builtin_or_variable(builtin) if name in self._names else operators.constant(builtin)
        self._note(name, builtin=False)
        return calls.function_named(name)


_OF_TEXT = {"date": temporal.parse_date, "duration": temporal.parse_duration}
"""Builtins whose value is known where they are given a literal text."""


def _nodes(node: Node) -> list[Node]:
    return [part for part in node.children if not isinstance(part, Token)]


def _literal(parse: Any, text: str) -> Code:
    """Give the code of a literal; one that stands for nothing is null, and says why each time it is read."""
    try:
        return operators.constant(parse(text))
    except Trouble as trouble:
        why = str(trouble)

        def no_value(frame: Frame) -> Any:
            return frame.run.null(why)

        return no_value
