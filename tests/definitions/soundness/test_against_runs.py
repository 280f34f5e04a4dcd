"""What the check says of a flowchart is what happens when the engine runs it."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, event, given, note, settings

from ...engine.execution.drawings import Block as DrawnBlock
from ...engine.execution.drawings import blocks as drawn_blocks
from ...engine.execution.drawings import draw
from ..gate import problems_of
from .flowcharts import Block, Flowchart, blocks, charted, mutated, runs
from .support import OF_TOKENS, tokens_of

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(blocks)
def test_a_flowchart_of_whole_blocks_is_sound(block: Block) -> None:
    """Whatever is split by a gateway is joined by one of its kind: nothing is found."""
    assert tokens_of(charted(block).drawn()) == []


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(drawn_blocks)
def test_loops_events_and_subprocesses_that_are_whole_are_sound(block: DrawnBlock) -> None:
    """A branch that an event stops for good is not whole: its join waits for ever."""
    assume(not _stopped_branch(block))

    assert tokens_of(draw(block)) == []


@settings(max_examples=120, deadline=None, suppress_health_check=SLOW)
@given(mutated())
def test_whatever_gets_stuck_or_happens_twice_is_found_and_what_is_called_certain_happens(
    chart: Flowchart,
) -> None:
    """The engine decides: it runs the flowchart for every choice that can be made."""
    problems = problems_of(chart.drawn())
    assume(all(one.code in OF_TOKENS for one in problems if one.severity == "error"))
    found = [(one.code, one.element) for one in problems if one.code in OF_TOKENS]

    happened = runs(chart)

    stuck = frozenset().union(*(run.stuck for run in happened))
    twice = frozenset().union(*(run.twice for run in happened))
    note(chart)
    event(f"stuck: {bool(stuck)}, twice: {bool(twice)}")
    codes = {code for code, _ in found}
    if stuck:
        assert codes, stuck
    if twice:
        assert codes & {"not_synchronised", "deadlock", "deadlock_possible"}, twice
    if "not_synchronised" not in codes:
        assert {element for code, element in found if code.startswith("deadlock")} == stuck
    for code, element in found:
        if code == "deadlock":
            assert element in stuck


def _stopped_branch(block: DrawnBlock, *, in_branch: bool = False) -> bool:
    kind, *inner = block
    if kind == "watched" and inner[2] and in_branch:
        return True
    branches = in_branch or kind == "all"
    return any(_stopped_branch(one, in_branch=branches) for one in inner if isinstance(one, tuple))
