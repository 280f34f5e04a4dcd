"""Checks that what starts or ends a clock lies where the clock hears of it: inside of what it stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sentences import Sentence

from .xml import B, L, holder_of, local

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml import etree

    from .findings import Findings

_DONE_BY = {"startsOn": "started", "endsOn": "ended", "handsOverOn": "handed over"}


def check_reach(trees: Iterable[tuple[str, etree._Element]], findings: Findings) -> None:
    """Refuse a clock that names an element outside of its process or subprocess and of what these call."""
    trees = list(trees)
    outside = _outside(root for _, root in trees)
    for file, root in trees:
        for node in root.iter(f"{L}deadline"):
            holder = holder_of(node)
            if holder is None or local(holder) not in {"process", "subProcess"}:
                continue  # such a clock names nothing, which is said elsewhere
            scope = holder.get("id", "")
            for attribute, done in _DONE_BY.items():
                for element_id in (node.get(attribute) or "").replace(",", " ").split():
                    if element_id in outside and scope not in _around(element_id, outside):
                        message = Sentence(
                            "Expected {attribute} of the clock {id!r} to name what lies in {scope!r} or in what it calls, but {element_id!r} does not: by it the clock is never {done}.",
                            attribute=attribute,
                            id=node.get("id"),
                            scope=scope,
                            element_id=element_id,
                            done=done,
                        )
                        hint = Sentence(
                            "Name an element inside {scope!r}, or move the clock to what is around both.",
                            scope=scope,
                        )
                        findings.add(file, "deadline_unreachable", message, hint, node=node)


def _outside(roots: Iterable[etree._Element]) -> dict[str, set[str]]:
    """Give what is directly around each element; a called process has around it whatever calls it.

    A boundary event is in its activity, too, and a call activity in the process that it calls: clocks on either
    hear of both.
    """
    found: dict[str, set[str]] = {}
    for root in roots:
        for process in root.iter(f"{B}process"):
            found.setdefault(process.get("id", ""), set())
            for node in process.iterdescendants():
                if not node.get("id"):
                    continue
                around = next(node.iterancestors(f"{B}subProcess", f"{B}process"))
                found.setdefault(node.get("id"), set()).add(around.get("id", ""))
                if local(node) == "boundaryEvent":
                    found[node.get("id")].add(node.get("attachedToRef", ""))
                if local(node) == "callActivity":
                    called = node.get("calledElement", "")
                    found[node.get("id")].add(called)
                    found.setdefault(called, set()).add(node.get("id"))
    return found


def _around(element_id: str, outside: Mapping[str, set[str]]) -> set[str]:
    """Give the element and everything around it."""
    found: set[str] = set()
    waiting = [element_id]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(outside.get(current, ()))
    return found
