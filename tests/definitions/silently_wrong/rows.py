"""What a row says: that a service is refused, or how it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.definitions import Bundle

from ...engine.bundles import bundle, start_and_end, user_task

PLAIN = user_task("ask") + start_and_end("ask")


@dataclass(frozen=True)
class Refused:
    """A service that the gate refuses: the code, and the element that it names."""

    service: Bundle
    code: str
    element: str | None
    file: str = "t.bpmn"


@dataclass(frozen=True)
class Run:
    """A service that runs. acts: what is done, in this order: `element` completes a task, `!name` a message comes,
    `@event` a clock strikes. passes: the elements that the tokens leave. note: the mend that the designer is told of.
    """

    service: Bundle
    acts: tuple[str, ...]
    passes: str
    note: str | None = None
    begun: Mapping[str, object] = field(default_factory=dict)
    more: str = ""


def on_a_line(bad: str, *ids: str) -> Bundle:
    """Put something on a line of its own between a start and an end."""
    return bundle(f"\n{bad}\n{start_and_end(*ids)}")
