"""What somebody does once, as it is asked for and as it stands in a case's history."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.history import Link

DONE = "done"
NO_DRAFT = ""
_IN_DOUBT = {"database_away", "database_full"}
_ONE_KIND = {"user_task_signed": "user_task_completed", "user_task_taken_over": "user_task_claimed"}
_SAID_OUTSIDE = {"message_correlated", "message_kept", "message_late"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step. case: 0 for one that is only to be started. mark: what is said with it; `k…` counts once."""

    kind: str
    case: int = 0
    person: int | None = None
    element: str | None = None
    mark: str = ""

    @property
    def counts_once(self) -> bool:
        """Say whether the same once more changes nothing."""
        return self.mark.startswith("k")


def step_of(case: int, link: Link) -> Step:
    """Give the step that a link of the history tells of."""
    said = link.payload
    if link.event == "case_started":
        return Step(link.event, 0, link.actor, None, said["answers"]["name"])
    if link.event in _SAID_OUTSIDE:
        mark = f"k{said['id']}" if "id" in said else ""
        return Step("message", case, link.actor, said["message"], mark)
    if link.event == "user_task_completed" and link.element_id == "sign":
        return Step("countersigned", case, link.actor, link.element_id)
    if link.event == "token_moved":  # who takes it back does not know where it stands
        return Step(link.event, case, link.actor, None, said["reason"])
    mark = said.get("reason") or said.get("note") or said.get("answers", {}).get(link.element_id) or ""
    return Step(_ONE_KIND.get(link.event, link.event), case, link.actor, link.element_id, mark)


@dataclass
class Diary:
    """What everybody did: what was asked, what was said to be done, and what was refused."""

    asked: Counter[Step] = field(default_factory=Counter)
    told: Counter[Step] = field(default_factory=Counter)
    refused: Counter[Step] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    drafts: dict[int, set[str]] = field(default_factory=lambda: defaultdict(lambda: {NO_DRAFT}))
    """By task, what its draft may be now."""
    broken: list[str] = field(default_factory=list)
    """What no user should ever see."""

    def ask(self, step: Step) -> None:
        """Note what is about to be asked."""
        if step.kind == "draft":
            self.drafts[step.case].add(step.mark)
        else:
            self.asked[step] += 1

    def hear(self, step: Step, result: str) -> None:
        """Note the answer: `done`, or the code of a refusal; `database_away` leaves it open."""
        self.results[result] += 1
        if step.kind == "draft":
            self._hear_of_draft(step, result)
        elif result == DONE:
            self.told[step] += 1
        elif result not in _IN_DOUBT:
            self.refused[step] += 1

    def _hear_of_draft(self, step: Step, result: str) -> None:
        if result == DONE:
            self.drafts[step.case] = {step.mark}
        elif result not in _IN_DOUBT:
            self.drafts[step.case].discard(step.mark)
