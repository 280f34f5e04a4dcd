"""Random flowcharts of gateways and plain steps, sound or mutated, and what the engine really makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice, product

from hypothesis import strategies as st
from lxml import etree

from engine import spiff
from engine.definitions import Bundle
from engine.definitions.mend import mend

from ...engine.bundles import bundle, flow, node
from ...engine.test_codec import ENVIRONMENT

GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway")
MAX_RUNS = 64

Block = tuple[object, ...]
"""`("step",)`, `("row", block, block)`, or a kind of gateway with two or three blocks between."""

blocks: st.SearchStrategy[Block] = st.recursive(
    st.just(("step",)),
    lambda inner: st.one_of(
        st.tuples(st.just("row"), inner, inner),
        *(st.tuples(st.just(kind), inner, inner) for kind in GATEWAYS),
        *(st.tuples(st.just(kind), inner, inner, inner) for kind in GATEWAYS),
    ),
    max_leaves=8,
)


@dataclass
class Flowchart:
    """Kinds of elements by their id, and flows, each from an element to a later one."""

    kinds: dict[str, str] = field(default_factory=dict)
    flows: list[tuple[str, str]] = field(default_factory=list)

    def put(self, kind: str) -> str:
        """Add an element."""
        name = f"{kind[:3]}{len(self.kinds)}"
        self.kinds[name] = kind
        return name

    def conditions(self) -> list[str]:
        """Give the variables on which the ways depend."""
        return [f"{source}_{target}" for source, target in self.flows if self._conditional(source, target)]

    def _conditional(self, source: str, target: str) -> bool:
        out = [one for begin, one in self.flows if begin == source]
        chooses = self.kinds[source] in {"exclusiveGateway", "inclusiveGateway"}
        return chooses and len(out) > 1 and target != out[0]

    def drawn(self) -> Bundle:
        """Draw it; the first way out of a choice is its default."""
        parts = []
        for name, kind in self.kinds.items():
            out = [index for index, (begin, _) in enumerate(self.flows) if begin == name]
            chooses = kind in {"exclusiveGateway", "inclusiveGateway"} and len(out) > 1
            parts.append(node(kind, name, "", f'default="f{out[0]}"' if chooses else ""))
        for index, (source, target) in enumerate(self.flows):
            condition = f"{source}_{target}" if self._conditional(source, target) else None
            parts.append(flow(source, target, condition, f"f{index}"))
        return bundle("".join(parts))


def charted(block: Block) -> Flowchart:
    """Draw a block between a start and an end."""
    chart = Flowchart()
    last = _add(chart, block, chart.put("startEvent"))
    chart.flows.append((last, chart.put("endEvent")))
    return chart


def _add(chart: Flowchart, block: Block, before: str) -> str:
    kind, *inner = block
    if kind == "row":
        for one in inner:
            before = _add(chart, one, before)  # type: ignore[arg-type]  # a block by its first entry
        return before
    first = chart.put("task" if kind == "step" else str(kind))
    chart.flows.append((before, first))
    if kind == "step":
        return first
    lasts = []
    for one in inner:
        step = chart.put("task")  # no two flows join the same two elements
        chart.flows.append((first, step))
        lasts.append(_add(chart, one, step))  # type: ignore[arg-type]  # as above
    join = chart.put(str(kind))
    chart.flows.extend((last, join) for last in lasts)
    return join


@st.composite
def mutated(draw: st.DrawFn) -> Flowchart:
    """Make a flowchart with one to three things wrong: another kind of gateway, or a flow that leads elsewhere."""
    chart = charted(draw(blocks))
    names = list(chart.kinds)
    for _ in range(draw(st.integers(1, 3))):
        gateways = [name for name in names if chart.kinds[name] in GATEWAYS]
        if gateways and draw(st.booleans()):
            chart.kinds[draw(st.sampled_from(gateways))] = draw(st.sampled_from(GATEWAYS))
        else:
            index = draw(st.integers(0, len(chart.flows) - 1))
            source, _ = chart.flows[index]
            later = [name for name in names[names.index(source) + 1 :] if (source, name) not in chart.flows]
            if later:
                chart.flows[index] = (source, draw(st.sampled_from(later)))
    return chart


@dataclass(frozen=True)
class Run:
    """What became of one case. stuck: the joins that wait in vain. twice: the steps done more than once."""

    stuck: frozenset[str]
    twice: frozenset[str]


def runs(chart: Flowchart) -> list[Run]:
    """Run a flowchart, refused by the gate or not, for every choice of its conditions, up to MAX_RUNS of them."""
    names = chart.conditions()
    choices = islice(product((True, False), repeat=len(names)), MAX_RUNS)
    tree, _ = mend(etree.fromstring(chart.drawn().files["t.bpmn"]), "t.bpmn")
    specs = spiff.parse([("t.bpmn", tree)], "t")
    return [_run(specs, dict(zip(names, choice, strict=True))) for choice in choices]


def _run(specs: spiff.Specs, variables: Mapping[str, bool]) -> Run:
    engine = spiff.ScriptEngine(ENVIRONMENT, frozenset(), {})
    workflow = spiff.start(specs, engine, {"name": "x", **variables})
    done = [one.element_id for one in workflow.trace if one.element_id.startswith("tas")]
    stuck: set[str] = set()
    if not workflow.completed:
        spiff.notice_standstill(workflow, spiff.resting(workflow))
        stuck = {str(error.element_id) for error in workflow.stuck.values()}
        assert stuck, "Expected a case without people to end or to wait at a join."
    return Run(frozenset(stuck), frozenset(one for one in done if done.count(one) > 1))
