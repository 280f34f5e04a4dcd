"""Says what became of each case, from its history, against the same story on a good day; refuses excuses.

A case that passed what its story passes on a good day ended rightly. One that did not must have met a fault,
and its history must name a clock that struck, or did not, because of the time that the fault cost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import audit
from engine.history import open_link
from engine.scenarios.expectations import check
from engine.store.cases import every_case

from .witness import ANSWERED, is_fault

if TYPE_CHECKING:
    from engine.history import Link

    from .district import District
    from .outside import Outside
    from .stories import Run
    from .witness import Book

_CLOCKS = {"timer_fired", "deadline_struck"}
_ABOUT_TIME = {"due", "deadlines"}
"""Expectations of a story that a retry may change."""
_COUNTED_HERE = {"incidents", "started"}
"""Expectations that only the runner of stories can check, or that are looked at otherwise here."""


@dataclass(frozen=True)
class Trace:
    """What a case has passed, how it ended if it has, and which clocks struck in it."""

    state: str
    outcome: str | None
    passed: Counter[str]
    clocks: Counter[str]
    incidents: Counter[str]

    @property
    def way(self) -> tuple[Any, ...]:
        """Give what is the same whenever a story went as it is told."""
        return self.state, self.outcome, self.passed


@dataclass(frozen=True)
class Verdict:
    """What became of one case.

    way: `straight`, `retried` or `incident`: it passed what its story passes; `delayed`: it came to the
    story's end, but clocks struck on the way; `overtaken`: it came to the story's end by a message or a clock
    of the story that came while a call was still tried again, and left out what follows its answer; `other way`, for the sake of clocks that are named; `under way`
    on it, with people; `standing` with an incident; `wrong`.
    """

    name: str
    service: str
    result: str
    way: str
    why: str = ""


def trace_of(run: Run) -> Trace:
    """Read a case's history."""
    row = run.story.cases.instance(run.case_id)
    assert row is not None, "Expected the case to be there, but it is lost"
    passed: Counter[str] = Counter()
    clocks: Counter[str] = Counter()
    raised: Counter[str] = Counter()
    for link in run.story.links():
        passed.update(step[0] for step in link.payload.get("passed", ()))
        raised.update(one["code"] for one in _events(link, "incident_raised"))
        if link.event in _CLOCKS:
            clocks[str(link.element_id or link.payload.get("deadline"))] += 1
    return Trace(row.state, row.outcome, passed, clocks, raised)


def unmet(run: Run) -> list[str]:
    """Give the expectations of a story's end that its case does not meet; on bad days, all but those about when."""
    left_out = _COUNTED_HERE if run.spared else _COUNTED_HERE | _ABOUT_TIME
    if run.stood:
        left_out = left_out | {"variables"}  # some are days, and people went on on other days
    expected = run.story.document.get("expect", {})
    wanted = {key: value for key, value in expected.items() if key not in left_out}
    return list(check(run.story, wanted, run.told.name))


def end(run: Run) -> None:
    """Keep what a case has come to at the end of its story, before time goes on."""
    if run.state == "played":
        run.trace, run.odd = trace_of(run), [*run.story.odd, *unmet(run)]


def judge(run: Run, good: Trace, book: Book, failed: frozenset[int]) -> Verdict:
    """Compare a case with its story on a good day. failed: the cases of which some attempt failed."""
    trace = run.trace or trace_of(run)
    told = run.told
    result = trace.outcome or trace.state
    if run.state == "stands":
        return Verdict(told.name, told.definition.key, result, "standing", ", ".join(trace.incidents))
    if run.state == "played" and trace.way == good.way:
        hit = "retried" if run.case_id in failed else "straight"
        way = "wrong" if run.odd else "incident" if run.stood else hit
        return Verdict(told.name, told.definition.key, result, way, "; ".join(run.odd))
    way, why = _otherwise(run, trace, good, book, hit=run.case_id in failed)
    return Verdict(told.name, told.definition.key, result, way, why)


def _otherwise(run: Run, trace: Trace, good: Trace, book: Book, *, hit: bool) -> tuple[str, str]:
    """Say which clock led a case another way; without a fault and a clock there is no excuse."""
    struck = _named("struck", trace.clocks - good.clocks)
    missed = _named("did not strike", good.clocks - trace.clocks)
    why = "; ".join(filter(None, (struck, missed)))
    same_end = (trace.state, trace.outcome) == (good.state, good.outcome)
    if not hit or not why:
        missing, extra = good.passed - trace.passed, trace.passed - good.passed
        given_up = book.never_answered(run.case_id)
        if run.state == "played" and same_end and given_up and not extra and not run.story.odd:
            return "overtaken", f"{', '.join(given_up)} given up"
        return "wrong", f"{run.state} {run.why}: not passed {dict(missing)}, instead {dict(extra)}; {why}"
    if run.state == "played":
        return ("delayed" if same_end and not run.odd else "other way"), why
    return ("under way" if trace.state == "active" else "other way"), why


def _named(verb: str, clocks: Counter[str]) -> str:
    return f"{', '.join(sorted(clocks))} {verb}" if clocks else ""


def _events(link: Link, kind: str) -> Iterator[Mapping[str, Any]]:
    return (event for event in link.payload.get("events", ()) if event["type"] == kind)


def faults_of_the_whole(district: District) -> list[str]:
    """Give everything in the installation that is not whole: histories, inboxes, jobs, incidents."""
    runtime, cases = district.runtime, district.found.cases
    found = [str(one) for one in audit.examine(runtime, cases)]
    found += [str(one) for one in audit.verify(runtime, cases)]
    now = runtime.now_ms()
    for case in every_case(cases):
        found += [f"{case.row.business_key}: {kind} is overdue" for _, kind, _, due in case.jobs if due < now]
    return found


def left_over(district: District) -> Iterator[tuple[str, bool]]:
    """Give the incidents and messages that are left when everything has recovered, and whether they may not be."""
    cases = district.found.cases
    for case in every_case(cases):
        for row in cases.incidents(case.row.id) if case.incidents else ():
            text = f"{case.row.business_key}: {row.element_id} {row.code} {row.message}"
            yield text, is_fault(row.code)
        for _id, _number, state in case.deliveries:
            if state != "sent":
                yield f"{case.row.business_key}: notice {state}", True


def faults_outside(district: District, outside: Outside) -> Iterator[str]:
    """Compare what the outside systems did with what the histories and deliveries know."""
    effects = {**outside.bad.effects(), **outside.good.effects()}
    yield from (f"{key} had {times} effects" for key, times in effects.items() if times != 1)
    asked = {attempt.key for attempt in district.book.attempts}
    yield from (f"{key} has an effect, but was never asked" for key in effects.keys() - asked)
    answered = {
        one.key
        for one in district.book.attempts
        if one.result == ANSWERED and not one.operation.startswith("cases.")
    }
    yield from (f"{key} was answered, but has no effect" for key in answered - effects.keys())
    yield from _histories_against(district, effects)


def _histories_against(district: District, effects: Mapping[str, int]) -> Iterator[str]:
    """Compare per case: answers in the history with calls that were answered, messages sent with effects."""
    calls: Counter[int] = Counter(
        case_id
        for case_id, key in {
            (one.case_id, one.key)
            for one in district.book.attempts
            if one.result == ANSWERED and not one.key.startswith("delivery-")
        }
    )
    sealer = district.runtime.sealer
    for case in every_case(district.found.cases):
        links = [open_link(sealer, case.row.id, row) for row in case.history]
        known = sum(link.event == "service_answered" for link in links)
        if known != calls[case.row.id]:
            yield f"{case.row.business_key}: {calls[case.row.id]} calls were answered, its history knows {known}"
        sent = Counter(link.payload["delivery"] for link in links if link.event == "notice_sent")
        for delivery, _number, state in case.deliveries:
            done = effects.get(f"delivery-{delivery}", 0)
            if state == "sent" and (sent[delivery], done) != (1, 1):
                yield f"{case.row.business_key}: delivery {delivery} was sent {sent[delivery]} times, arrived {done}"


def counted(verdicts: Iterable[Verdict]) -> Counter[tuple[str, str, str]]:
    """Count verdicts by service, outcome and way."""
    return Counter((one.service, one.result, one.way) for one in verdicts)
