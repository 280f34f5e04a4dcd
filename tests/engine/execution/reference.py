"""Runs a diagram's tokens straight from its XML, as the standard says, and shares nothing with the engine.

It knows no variables: where a condition decides, every answer is tried. Positions are plain tuples, so that
those alike are one. It reads what `drawings` draws: no errors, no escalations, no terminate ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, combinations
from typing import NamedTuple, TypeAlias

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
JOINS = {"parallelGateway", "inclusiveGateway"}
MAX_POSITIONS = 3_000


class TooManyPositions(Exception):  # noqa: N818 - it says what there is
    """Expected at most MAX_POSITIONS positions, but there are more."""


class Token(NamedTuple):
    """at: it goes on by itself; waits: for a person; arrived: at a join, by a flow; inside: work is done in it."""

    what: str
    node: str
    flow: str = ""
    scopes: tuple[Scope, ...] = ()
    left: int = 0
    """Instances that have not begun."""


class Scope(NamedTuple):
    """A process or subprocess that runs. over: an event subprocess has taken it over."""

    id: str
    tokens: tuple[Token, ...]
    handlers: tuple[Scope, ...] = ()
    over: bool = False

    @property
    def done(self) -> bool:
        """Say whether nothing goes on in it."""
        return not self.tokens and not self.handlers


Tokens: TypeAlias = tuple[Token, ...]
Act: TypeAlias = Callable[[Scope, str], Iterator[Scope]]


def sorted_scope(scope: Scope, tokens: Iterable[Token], handlers: Iterable[Scope] | None = None) -> Scope:
    """Give a scope with other tokens, in an order that does not depend on how they came."""
    handlers = scope.handlers if handlers is None else tuple(sorted(handlers))
    return scope._replace(tokens=tuple(sorted(tokens)), handlers=handlers)


def _inside(scope: Scope) -> Iterator[Scope]:
    yield from scope.handlers
    for token in scope.tokens:
        yield from token.scopes


class Reference:
    """One diagram. items: how many instances a repeating activity has."""

    def __init__(self, content: bytes, items: int) -> None:
        root = etree.fromstring(content)
        self._items = items
        self._nodes = {node.get("id"): node for node in root.iter() if node.get("id")}
        self._out: dict[str, list[etree._Element]] = {}
        self._into: dict[str, list[etree._Element]] = {}
        for flow in root.iter(f"{BPMN}sequenceFlow"):
            self._out.setdefault(flow.get("sourceRef"), []).append(flow)
            self._into.setdefault(flow.get("targetRef"), []).append(flow)
        self._main = root.find(f"{BPMN}process").get("id")

    def begin(self) -> set[Scope]:
        """Give the positions at which a case may rest first."""
        return self._settle([self._fresh(self._main)])

    def complete(self, positions: Iterable[Scope], element: str) -> set[Scope]:
        """Give the positions after somebody has done a task of that element."""
        return self._settle(after for one in positions for after in self._completed(one, element))

    def strike(self, positions: Iterable[Scope], element: str) -> set[Scope]:
        """Give the positions after an event has happened: a boundary event, or the start of an event subprocess."""
        return self._settle(after for one in positions for after in self._struck(one, element))

    def seen(self, scope: Scope) -> tuple[list[str], list[str]]:
        """Give what can be seen of a position: the tasks that wait for a person, and the events that are listened for."""
        return sorted(self._open(scope)), sorted(self._heard(scope))

    def _open(self, scope: Scope) -> Iterator[str]:
        yield from (token.node for token in scope.tokens if token.what == "waits")
        for inner in _inside(scope):
            yield from self._open(inner)

    def _heard(self, scope: Scope) -> Iterator[str]:
        for token in scope.tokens:
            if token.what in ("waits", "inside"):
                yield from (event.get("id") for event in self._borders(token.node))
        for handler in self._nodes[scope.id].iterfind(f"{BPMN}subProcess[@triggeredByEvent='true']"):
            start = handler.find(f"{BPMN}startEvent")
            if self._listens(scope, quiet=start.get("isInterrupting") == "false"):
                yield start.get("id")
        for inner in _inside(scope):
            yield from self._heard(inner)

    def _listens(self, scope: Scope, *, quiet: bool) -> bool:
        """Say whether the event subprocesses of a scope may begin: quiet ones as long as its own work goes on."""
        return bool(scope.tokens) if quiet else not (scope.over or scope.done)

    def _kind(self, node: str) -> str:
        return str(etree.QName(self._nodes[node]).localname)

    def _fresh(self, scope: str) -> Scope:
        start = self._nodes[scope].find(f"{BPMN}startEvent").get("id")
        return Scope(scope, (Token("at", start),))

    def _settle(self, positions: Iterable[Scope]) -> set[Scope]:
        """Let everything go on that goes on by itself."""
        found, waiting, seen = set[Scope](), list(positions), set[Scope]()
        while waiting:
            scope = waiting.pop()
            after = self._step(scope)
            if after is None:
                found.add(scope)
                continue
            for one in set(after) - seen:
                seen.add(one)
                waiting.append(one)
            if len(seen) > MAX_POSITIONS:
                raise TooManyPositions
        return found

    def _step(self, scope: Scope) -> list[Scope] | None:
        """Let one thing happen; None where nothing does."""
        for index, token in enumerate(scope.tokens):
            rest = scope.tokens[:index] + scope.tokens[index + 1 :]
            ways = self._on(token)
            if ways is not None:
                return [sorted_scope(scope, rest + way) for way in ways]
        for index, handler in enumerate(scope.handlers):
            others = scope.handlers[:index] + scope.handlers[index + 1 :]
            if handler.done:
                return [sorted_scope(scope, scope.tokens, others)]
            after = self._step(handler)
            if after is not None:
                return [sorted_scope(scope, scope.tokens, (*others, one)) for one in after]
        for join in {token.node for token in scope.tokens if token.what == "arrived"}:
            rest = tuple(token for token in scope.tokens if (token.what, token.node) != ("arrived", join))
            if self._joined(join, scope.tokens, rest):
                return [sorted_scope(scope, rest + way) for way in self._leave(join)]
        return None

    def _on(self, token: Token) -> Iterable[Tokens] | None:
        """Give the tokens that one may become by itself; None where it rests."""
        if token.what == "at":
            return self._enter(token.node)
        if token.what == "inside":
            for index, inner in enumerate(token.scopes):
                others = token.scopes[:index] + token.scopes[index + 1 :]
                if inner.done and token.left:
                    more = tuple(sorted((*others, self._fresh(token.node))))
                    return [(token._replace(scopes=more, left=token.left - 1),)]
                if inner.done:
                    return [(token._replace(scopes=others),)] if others else self._leave(token.node)
                after = self._step(inner)
                if after is not None:
                    return [(token._replace(scopes=tuple(sorted((*others, one)))),) for one in after]
        return None

    def _enter(self, node: str) -> Iterable[Tokens]:
        kind = self._kind(node)
        if kind == "endEvent":
            return [()]
        if kind == "userTask":
            return [(Token("waits", node),)]
        if kind != "subProcess":
            return self._leave(node)
        loop = self._nodes[node].find(f"{BPMN}multiInstanceLoopCharacteristics")
        count = 1 if loop is None else self._items
        at_once = min(count, 1) if loop is None or loop.get("isSequential") == "true" else count
        scopes = tuple(self._fresh(node) for _ in range(at_once))
        return [(Token("inside", node, "", scopes, count - at_once),)] if scopes else self._leave(node)

    def _leave(self, node: str) -> Iterator[Tokens]:
        """Give the tokens behind an element, for every answer to its conditions."""
        out, kind = self._out.get(node, []), self._kind(node)
        ways: Iterable[Iterable[etree._Element]] = [out]
        if kind == "exclusiveGateway" and len(out) > 1:
            ways = [[one] for one in out]
        elif kind == "inclusiveGateway" and len(out) > 1:
            always = [one for one in out if one.findtext(f"{BPMN}conditionExpression") == "true"]
            others = [one for one in out if one not in always]
            some = chain.from_iterable(combinations(others, size) for size in range(len(others) + 1))
            ways = [[*always, *each] for each in some if always or each]
        for way in ways:
            yield tuple(map(self._arrive, way))

    def _arrive(self, flow: etree._Element) -> Token:
        target = flow.get("targetRef")
        if self._kind(target) in JOINS and len(self._into[target]) > 1:
            return Token("arrived", target, flow.get("id"))
        return Token("at", target)

    def _joined(self, join: str, tokens: Tokens, rest: Tokens) -> bool:
        """Say whether a join goes on: all have come, or nobody is on the way to where nobody has come yet."""
        came = {token.flow for token in tokens if (token.what, token.node) == ("arrived", join)}
        missing = {flow.get("id") for flow in self._into[join]} - came
        if self._kind(join) == "parallelGateway":
            return not missing
        for token in rest:
            ahead = self._ahead(token.node, join)
            if ahead & missing and not ahead & came:
                return False
        return True

    def _ahead(self, node: str, join: str) -> set[str]:
        """Give the flows that a token can reach without passing a join."""
        flows, seen, waiting = set[str](), {join}, [node]
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                flows |= {flow.get("id") for flow in self._out.get(current, [])}
                waiting += [flow.get("targetRef") for flow in self._out.get(current, [])]
                waiting += [event.get("id") for event in self._borders(current)]
        return flows

    def _borders(self, node: str) -> list[etree._Element]:
        scope = self._nodes[node].getparent()
        return [
            event for event in scope.iterfind(f"{BPMN}boundaryEvent") if event.get("attachedToRef") == node
        ]

    def _completed(self, scope: Scope, element: str) -> Iterator[Scope]:
        yield from self._deeper(scope, element, self._completed)
        for index, token in enumerate(scope.tokens):
            if (token.what, token.node) == ("waits", element):
                rest = scope.tokens[:index] + scope.tokens[index + 1 :]
                yield from (sorted_scope(scope, rest + way) for way in self._leave(element))

    def _struck(self, scope: Scope, element: str) -> Iterator[Scope]:
        yield from self._deeper(scope, element, self._struck)
        event = self._nodes[element]
        for index, token in enumerate(scope.tokens):
            if token.what in ("waits", "inside") and token.node == event.get("attachedToRef"):
                stops = event.get("cancelActivity") != "false"
                rest = scope.tokens[:index] + scope.tokens[index + 1 :] if stops else scope.tokens
                yield from (sorted_scope(scope, rest + way) for way in self._leave(element))
        handler = event.getparent()
        if handler.get("triggeredByEvent") == "true" and handler.getparent().get("id") == scope.id:
            fresh = self._fresh(handler.get("id"))
            quiet = event.get("isInterrupting") == "false"
            if self._listens(scope, quiet=quiet):
                beside = sorted_scope(scope, scope.tokens, (*scope.handlers, fresh))
                yield beside if quiet else Scope(scope.id, (), (fresh,), over=True)

    def _deeper(self, scope: Scope, element: str, act: Act) -> Iterator[Scope]:
        """Give what becomes of a scope when something happens inside of one of its own."""
        for index, handler in enumerate(scope.handlers):
            others = scope.handlers[:index] + scope.handlers[index + 1 :]
            for one in act(handler, element):
                yield sorted_scope(scope, scope.tokens, (*others, one))
        for number, token in enumerate(scope.tokens):
            rest = scope.tokens[:number] + scope.tokens[number + 1 :]
            for index, inner in enumerate(token.scopes):
                others = token.scopes[:index] + token.scopes[index + 1 :]
                for one in act(inner, element):
                    more = token._replace(scopes=tuple(sorted((*others, one))))
                    yield sorted_scope(scope, (*rest, more))
