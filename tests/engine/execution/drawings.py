"""Random services of nested blocks: ways that part and meet, loops, repetitions, subprocesses, listeners."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from engine.definitions import Bundle

from ..bundles import (
    boundary,
    bundle,
    declare,
    event_subprocess,
    flow,
    node,
    script,
    subprocess,
    timer,
    trigger,
    user_task,
)

_RESULTS = '<bpmn:loopDataOutputRef>found</bpmn:loopDataOutputRef><bpmn:outputDataItem id="a" name="a"/>'

Block = tuple[Any, ...]
"""What is to be drawn: the name of a block, then its parts."""

_simple = st.just(("task",)) | st.just(("script",))


def _larger(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    sequential, results = st.booleans(), st.booleans()
    return st.one_of(
        st.tuples(st.just("row"), inner, inner),
        st.tuples(st.just("either"), inner, inner),
        st.tuples(st.just("all"), inner, inner, inner),
        st.tuples(st.just("some"), inner, inner),
        st.tuples(st.just("aside"), inner, inner, inner),
        st.tuples(st.just("loop"), inner),
        st.tuples(st.just("scope"), inner),
        st.tuples(st.just("each"), inner, sequential, results),
        st.tuples(st.just("watched"), inner, inner, st.booleans()),
        st.tuples(st.just("handled"), inner, inner, st.booleans()),
    )


blocks: st.SearchStrategy[Block] = st.recursive(_simple, _larger, max_leaves=7)


def draw(block: Block) -> Bundle:
    """Draw a service around a block."""
    drawing = _Drawing()
    body = drawing.scope(block)
    return bundle(body, extra=declare("message", "knock"))


@dataclass
class _Drawing:
    """Elements and flows of one scope; names are numbered over all of them."""

    count: int = 0
    gathers: bool = False
    parts: list[str] = field(default_factory=list)

    def scope(self, block: Block) -> str:
        """Draw a start, the block and an end, and give what was drawn."""
        outer, self.parts = self.parts, []
        begin, end = self.name("begin"), self.name("end")
        self.parts += [node("startEvent", begin), node("endEvent", end)]
        self.join(self.block(block, begin), end)
        inner, self.parts = "".join(self.parts), outer
        return inner

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}_{self.count}"

    def join(self, source: str, target: str, condition: str | None = None) -> None:
        self.parts.append(flow(source, target, condition, self.name("f")))

    def put(self, kind: str, text: str = "", attributes: str = "") -> str:
        name = self.name(kind)
        self.parts.append(node(kind, name, text, attributes))
        return name

    def block(self, block: Block, before: str) -> str:
        """Draw a block behind an element and give its last one."""
        kind, *rest = block
        drawn: str = getattr(self, f"_{kind}")(before, *rest)
        return drawn

    def _task(self, before: str) -> str:
        name = self.name("task")
        self.parts.append(user_task(name, form="ok" if self.count % 2 else "a"))
        self.join(before, name)
        return name

    def _script(self, before: str) -> str:
        name = self.name("script")
        self.parts.append(script(name, "{done: if done = null then 1 else done + 1, last: a}"))
        self.join(before, name)
        return name

    def _row(self, before: str, first: Block, second: Block) -> str:
        return self.block(second, self.block(first, before))

    def _split(self, before: str, kind: str, ways: list[tuple[Block, str | None]]) -> str:
        split, join = self.put(kind), self.put(kind)
        self.join(before, split)
        for way, condition in ways:
            gate = self.name("step")
            self.parts.append(node("task", gate))
            self.join(split, gate, condition)
            self.join(self.block(way, gate), join)
        return join

    def _either(self, before: str, first: Block, second: Block) -> str:
        return self._split(before, "exclusiveGateway", [(first, "ok"), (second, "not(ok)")])

    def _all(self, before: str, *ways: Block) -> str:
        return self._split(before, "parallelGateway", [(way, None) for way in ways])

    def _some(self, before: str, first: Block, second: Block) -> str:
        return self._split(before, "inclusiveGateway", [(first, "true"), (second, "ok")])

    def _aside(self, before: str, first: Block, *others: Block) -> str:
        """Draw branches beside the first that end by themselves."""
        split = self.put("parallelGateway")
        self.join(before, split)
        for other in others:
            self.join(self.block(other, split), self.put("endEvent"))
        return self.block(first, split)

    def _loop(self, before: str, inner: Block) -> str:
        merge, again = self.put("exclusiveGateway"), self.put("exclusiveGateway")
        name = self.name("round")
        self.parts.append(user_task(name, form="ok"))
        self.join(before, merge)
        self.join(self.block(inner, merge), name)
        self.join(name, again)
        self.join(again, merge, "ok")
        leave = self.put("task")
        self.join(again, leave, "not(ok)")
        return leave

    def _scope(self, before: str, inner: Block, marker: str = "") -> str:
        name = self.name("scope")
        self.parts.append(subprocess(name, self.scope(inner) + marker))
        self.join(before, name)
        return name

    def _each(self, before: str, inner: Block, sequential: bool, results: bool) -> str:
        gathers = results and not self.gathers  # an id stands once in a diagram
        self.gathers = self.gathers or gathers
        marker = (
            f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
            f'<bpmn:loopDataInputRef>items</bpmn:loopDataInputRef><bpmn:inputDataItem id="{self.name("item")}"/>'
            f"{_RESULTS if gathers else ''}</bpmn:multiInstanceLoopCharacteristics>"
        )
        return self._scope(before, inner, marker)

    def _watched(self, before: str, inner: Block, handler: Block, cancel: bool) -> str:
        name = self._scope(before, inner)
        event = self.name("event")
        kind = timer("P1D") if cancel else trigger("message", "knock")
        self.parts.append(boundary(event, name, kind, cancel=cancel))
        self.join(self.block(handler, event), self.put("endEvent"))
        return name

    def _handled(self, before: str, inner: Block, handler: Block, interrupting: bool) -> str:
        """Draw a scope with an event subprocess of its own."""
        body = self.scope(inner)
        name, event = self.name("scope"), self.name("handler")
        outer, self.parts = self.parts, []
        begun = f"{event}_on"
        self.join(self.block(handler, begun), f"{event}_out")
        handled, self.parts = "".join(self.parts), outer
        kind = trigger("message", "knock")
        body += event_subprocess(event, kind, handled, interrupting=interrupting)
        self.parts.append(subprocess(name, body))
        self.join(before, name)
        return name
