"""Reads what a service promises of all its ways (`invariants.yaml`), and checks it on its diagrams."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.definitions.declarations import yaml_of
from engine.definitions.texts import LANGUAGES
from engine.definitions.xml import strip_sign
from engine.sentences import Sentence

from .graph import ALL
from .tokens import shortened
from .walks import TooManyWays, walk

if TYPE_CHECKING:
    from engine.definitions.bundle import Bundle
    from engine.definitions.findings import Findings

    from .graph import Graph
    from .walks import Place, Walks

FILE = "invariants.yaml"
MAX_INVARIANTS = 100
_FORMS = (
    ({"passes"}, {"after", "or ends at"}),
    ({"never", "before"}, set[str]()),
    ({"not both"}, set[str]()),
)
"""The keys that each form has, and those that it may have."""


@dataclass(frozen=True, slots=True)
class Invariant:
    """One promise. says: in words, by language. elements: those that it names, by key. when: what has to hold."""

    key: str
    says: Mapping[str, str]
    elements: Mapping[str, tuple[str, ...]]
    when: str = ""


def check_invariants(bundle: Bundle, main: str, graphs: Mapping[str, Graph], findings: Findings) -> None:
    """Note every promise that cannot be read, and every one that some way breaks, with that way."""
    if FILE not in bundle.files or main not in graphs:
        return
    content = bundle.files[FILE]
    invariants = list(_read(bundle, _known(graphs), findings))
    if not invariants:
        return
    try:
        walks = {when: walk(graphs, main, when) for when in {invariant.when for invariant in invariants}}
        breaches = [(invariant, _breach(invariant, walks[invariant.when])) for invariant in invariants]
    except TooManyWays:
        message = "Expected fewer ways through the diagrams: whether the invariants hold is not decided."
        findings.add(FILE, "invariants_not_decided", message, severity="warning")
        return
    for invariant, way in breaches:
        if way is not None:
            message = Sentence(
                "Expected that {says}, but there is another way: {way}.",
                says=_said(invariant),
                way=" → ".join(shortened(walks[invariant.when].names(way))),
            )
            hint = "Change the diagram, or what is promised of it."
            findings.add(FILE, "invariant_broken", message, hint, line=_line(content, invariant.key))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a promise may name. asked: the conditions of all ways."""

    elements: Collection[str]
    asked: Collection[str]


def _known(graphs: Mapping[str, Graph]) -> _Known:
    ways = (way for graph in graphs.values() for node in graph.nodes.values() for way in node.out)
    elements = {key for graph in graphs.values() for key in (*graph.nodes, *graph.watchers)}
    return _Known(elements, {way.condition for way in ways if way.condition})


def _said(invariant: Invariant) -> Sentence:
    return Sentence("{zh} ({en})", zh=invariant.says["zh"], en=invariant.says["en"])


def _read(bundle: Bundle, known: _Known, findings: Findings) -> Iterable[Invariant]:
    document = yaml_of(bundle, FILE, findings)
    if document is None:
        return
    if len(document) > MAX_INVARIANTS:
        message = Sentence(
            "Expected at most {limit} invariants, but there are {count}.",
            limit=MAX_INVARIANTS,
            count=len(document),
        )
        findings.add(FILE, "invariants_many", message)
        return
    for key, item in document.items():
        invariant = _read_one(str(key), item, known, _line(bundle.files[FILE], str(key)), findings)
        if invariant is not None:
            yield invariant


def _read_one(key: str, item: Any, known: _Known, line: int | None, findings: Findings) -> Invariant | None:
    keys = item.keys() - {"says", "when"} if isinstance(item, dict) else set()
    elements = {name: _names(item[name]) for name in keys}
    whole = all(elements.values()) and len(elements.get("not both", "two")) > 1
    if not whole or not any(needed <= keys <= needed | more for needed, more in _FORMS):
        message = Sentence(
            "Expected the invariant {key!r} to be of one of the forms `passes` (with `after` and `or ends at`), `never` "
            "with `before`, or `not both`, each with `when` or without it.",
            key=key,
        )
        findings.add(FILE, "invariant_form", message, "See processes/FORMAT.md.", line=line)
        return None
    says = item.get("says")
    if not isinstance(says, dict) or not all(isinstance(says.get(one), str) for one in LANGUAGES):
        message = Sentence(
            "Expected the invariant {key!r} to say in words, zh and en, what it promises.", key=key
        )
        findings.add(FILE, "invariant_words", message, "Write `says: {zh: …, en: …}`.", line=line)
        return None
    for unknown in sorted({one for named in elements.values() for one in named} - set(known.elements)):
        message = Sentence(
            "Expected the invariant {key!r} to name elements of the diagrams, but got {element!r}.",
            key=key,
            element=unknown,
        )
        findings.add(FILE, "invariant_element", message, "Name it by its id.", line=line)
        return None
    when = strip_sign(str(item.get("when", "")))
    if "when" in item and when not in known.asked:
        message = Sentence(
            "Expected the invariant {key!r} to name a condition of the diagrams, word for word, but got {condition!r}.",
            key=key,
            condition=when,
        )
        hint = "Copy it from the flow that asks it."
        findings.add(FILE, "invariant_condition", message, hint, line=line)
        return None
    return Invariant(key, says, elements, when)


def _names(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else (str(value),)


def _breach(invariant: Invariant, walks: Walks) -> list[Place] | None:
    """Give a way that breaks a promise; None when none does."""
    named = {key: walks.places_of(elements) for key, elements in invariant.elements.items()}
    if "passes" in named:
        begin = named.get("after") or {walks.start}
        return _unpassed(walks, begin, named["passes"], named.get("or ends at", set()))
    if "never" in named:
        return _too_early(walks, named["never"], named["before"])
    return _both(walks, invariant.elements["not both"])


def _unpassed(walks: Walks, begin: set[Place], passes: set[Place], ends: set[Place]) -> list[Place] | None:
    """Give a way from one of some places to an end that is none of those allowed, over none of those to pass.

    Where all branches are taken at once, it is enough when one of them passes there, unless another one can
    end everything before that.
    """
    before = walks.before()
    bad = {
        place
        for place, after in walks.after.items()
        if not after and place not in passes and place not in ends
    }
    waiting = list(bad)
    while waiting:
        while waiting:
            for place in before[waiting.pop()]:
                if place in bad or place in passes or place in ends:
                    continue
                stopped = not bad.isdisjoint(walks.stops[place])
                if stopped or place not in walks.splits or bad.issuperset(walks.after[place]):
                    bad.add(place)
                    waiting.append(place)
        waiting = [
            place for place in _cut_short(walks, before, bad) if place not in passes and place not in ends
        ]
        bad.update(waiting)
    goal = {place for place in bad if not walks.after[place]}
    return walks.way(begin & bad, goal, without=walks.nodes.keys() - bad, beside=False)


def _cut_short(walks: Walks, before: Mapping[Place, list[Place]], bad: Collection[Place]) -> set[Place]:
    """Give the splits that are not bad yet, but have a branch on which everything ends before the others are done."""
    found: set[Place] = set()
    for place, path in walks.kills.items():
        seen, waiting = {place}, [place] if place in bad else []
        while waiting:
            for came in before[waiting.pop()]:
                if came in walks.splits and came not in bad and came[0].startswith(path):
                    found.add(came)
                elif came in bad and came not in seen:
                    seen.add(came)
                    waiting.append(came)
    return found


def _too_early(walks: Walks, never: set[Place], before: set[Place]) -> list[Place] | None:
    """Give a way from the start to one of some places, over none of those that have to come before.

    Where branches are joined, it is enough when one of them has passed there.
    """
    came = walks.before()
    fresh: set[Place] = set()
    waiting = [] if walks.start in before else [walks.start]
    while waiting:
        place = waiting.pop()
        joins = walks.nodes[place].join == ALL
        if place in fresh or place in before or (joins and not fresh.issuperset(came[place])):
            continue
        fresh.add(place)
        waiting.extend(walks.following(place))
    return walks.way([walks.start], never, without=walks.nodes.keys() - fresh)


def _both(walks: Walks, elements: tuple[str, ...]) -> list[Place] | None:
    """Give a way from the start over one element to another of several, behind it or on a branch beside it."""
    for one in elements:
        others = walks.places_of([other for other in elements if other != one])
        for place in walks.places_of([one]):
            behind = walks.way(list(walks.following(place)), others)
            if behind is not None:
                return [*(walks.way([walks.start], {place}) or [place]), *behind]
        beside = _beside(walks, walks.places_of([one]), others)
        if beside is not None:
            return beside
    return None


def _beside(walks: Walks, these: set[Place], others: set[Place]) -> list[Place] | None:
    """Give a way to one of these places, and one to one of the others that goes on beside it."""
    for fork, scope, first, second in walks.forks(these, others):
        near, far = walks.apart(scope, first, second)
        for this, other in ((near[0] & these, far[1] & others), (far[0] & these, near[1] & others)):
            if this and other:
                ways = (
                    walks.way([walks.start], {fork}),
                    walks.way([first], this),
                    walks.way([second], other),
                )
                return [step for way in ways for step in way or ()]
    return None


def _line(content: bytes, key: str) -> int | None:
    lines = content.decode("utf-8", "replace").split("\n")
    return next((number for number, line in enumerate(lines, 1) if line.startswith(f"{key}:")), None)
