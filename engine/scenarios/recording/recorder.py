"""Makes a story of a recorded case, and plays it to see whether it goes the same way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine import history
from engine.errors import NotFound
from engine.sentences import Sentence

from ..happened import passed_by, what_happened
from ..outside import is_error
from ..rehearsing import due_by, rehearse
from ..runner import OFFICES
from ..stages import Stages
from ..suggesting.model import Model
from .history_steps import Steps, steps_of
from .masking import BIRTH_DATES, Mask, marked_fields
from .titles import title_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.definitions import Definition
    from engine.ports import Operation
    from engine.runtime import Runtime
    from engine.store.cases import CaseStore

MAX_PLAYS = 40
"""How often a story is played to find out which marked values may be others."""
_CAST = frozenset(office.code for office in OFFICES)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A story of a case. notes: what it cannot express; kept: marked fields whose values the way hangs on.

    same: whether the story, played, passes the same nodes and starts the same clocks with the same due dates.
    """

    document: dict[str, Any]
    notes: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    same: bool = True
    plays: int = field(default=0, compare=False)


def record(
    runtime: Runtime,
    cases: CaseStore,
    case_id: int,
    *,
    offered: Mapping[str, Operation] | None = None,
    tries: int = MAX_PLAYS,
) -> Recorded:
    """Make a story of a case from its history, with everything personal replaced.

    Names, phones, addresses, identity numbers and free texts always are. Numbers, choices and dates of fields that
    are marked `finance`, `health`, `identity` or `bank` are replaced as far as the case then still goes the same
    way, which is tried out by playing it, `tries` times at most; the others stay. Raises NotFound for an unknown case.
    """
    row = cases.instance(case_id)
    if row is None:
        raise NotFound("Expected a case with that number, but there is none", code="case_unknown")
    definition = runtime.catalogue.get(row.definition_id)
    links = [history.open_link(runtime.sealer, case_id, one) for one in cases.history(case_id)]
    office = runtime.offices.rows[row.office_id].code if row.office_id in runtime.offices.rows else ""
    steps = steps_of(runtime, definition, links, office if office in _CAST else None)
    expect = what_happened(runtime, cases, definition, case_id, links)
    expect.pop("incidents" if expect["incidents"] else "", None)
    known = frozenset(one.code for one in runtime.offices.rows.values())
    maker = _Maker(definition, steps, expect, known)
    wanted = (Counter(passed_by(links)), due_by(links))
    stages, plays = Stages(), 0

    def goes(moving: frozenset[str]) -> bool:
        nonlocal plays
        plays += 1
        played = rehearse(maker.document(moving), definition, runtime.groups, offered=offered, stages=stages)
        return not played.problems and (Counter(played.passed), list(played.due)) == wanted

    marked = [BIRTH_DATES, *sorted(marked_fields(definition.forms).keys() & maker.names())]
    same = goes(frozenset())
    moving = _most(marked, goes, tries) if same else frozenset(marked)
    notes = list(steps.notes)
    if office not in _CAST:
        notes.append(
            Sentence("The story plays at another office: {office} is none of the cast.", office=office)
        )
    kept = tuple(sorted(set(marked) - moving))
    return Recorded(maker.document(moving), tuple(notes), kept, same, plays)


@dataclass(slots=True)
class _Maker:
    """Makes the document of the story, with other values for the marked fields that may move."""

    definition: Definition
    steps: Steps
    expect: Mapping[str, Any]
    offices: frozenset[str]

    def names(self) -> set[str]:
        """Give the names of everything that was answered."""
        found: set[str] = set()
        waiting: list[Any] = [
            self.steps.start.get("answers"),
            *(one.get("answers") for one in self.steps.steps),
        ]
        while waiting:
            part = waiting.pop()
            if isinstance(part, dict):
                found |= part.keys()
                waiting.extend(part.values())
            elif isinstance(part, list):
                waiting.extend(part)
        return found

    def document(self, moving: frozenset[str]) -> dict[str, Any]:
        """Give the story; moving: the marked fields whose values are replaced."""
        mask = Mask(Model(self.definition).constants, self.offices | _CAST, moving)
        start = dict(self.steps.start)
        if "answers" in start:
            start["answers"] = self._masked(mask, self.definition.start_form, start["answers"])
        steps = [self._step(mask, step) for step in self.steps.steps]
        outside = {
            key: [answer if is_error(answer) else mask.said(answer) for answer in given]
            for key, given in self.steps.outside.items()
        }
        told = {key: given[0] if len(given) == 1 else given for key, given in outside.items()}
        title = title_of(self.definition, self.expect.get("outcome"))
        document: dict[str, Any] = {"title": title, "demo": 0}
        if told:
            document["outside"] = told
        return {**document, "start": start, "steps": steps, "expect": dict(self.expect)}

    def _step(self, mask: Mask, step: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(step)
        if "answers" in step:
            form = None
            if "task" in step:
                form = self.definition.elements[step["task"]].form
            elif step.get("message") in self.definition.messages and "from" not in step:
                form = self.definition.messages[step["message"]].form
            found["answers"] = self._masked(mask, form, step["answers"])
        if "send_back" in step:
            found["send_back"] = "退回补充说明"
        return found

    def _masked(self, mask: Mask, form: str | None, values: Mapping[str, Any]) -> dict[str, Any]:
        if form is None:
            said: dict[str, Any] = mask.said(dict(values))
            return said
        return mask.answers(self.definition.forms[form], values)


def _most(names: Sequence[str], goes: Callable[[frozenset[str]], bool], tries: int) -> frozenset[str]:
    """Give the most names that may move together, found by halves."""
    accepted: frozenset[str] = frozenset()
    waiting = [list(names)]
    for _ in range(tries):
        if not waiting:
            break
        part = waiting.pop()
        if part and goes(accepted | frozenset(part)):
            accepted |= frozenset(part)
        elif len(part) > 1:
            half = len(part) // 2
            waiting += [part[half:], part[:half]]
    return accepted
