"""Filters of the inbox that people keep under a name and share with a group. Never says what a filter finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from engine.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from engine.store.filters import FilterRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.people import Actor
    from engine.runtime import Runtime

MAX_FILTERS = 20
MAX_NAME = 40
MAX_VALUE = 100
VIEWS = ("mine", "groups", "put_off", "others")
DUE = ("overdue", "soon", "risk")
FIELDS = ("view", "q", "service", "step", "due", "group")
"""What a filter may say, by its name in the address."""


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter as one person sees it. mine: whether they may change it."""

    id: int
    name: str
    query: str
    mine: bool
    shared_with: str | None


def save(runtime: Runtime, actor: Actor, name: str, query: str, share_with: str | None = None) -> int:
    """Keep a filter and give its id. share_with: one of the person's groups, as `<group>@<office>`.

    Raises InvalidInput for a missing or long name and for a query that filters nothing or says what no filter
    says, InvalidState for more than MAX_FILTERS, NotAllowed for somebody else's group.
    """
    assert actor.person_id is not None
    row = FilterRow(
        runtime.ids.next(),
        actor.person_id,
        _checked_name(name),
        checked_query(query),
        _checked_group(actor, share_with),
        runtime.now_ms(),
    )
    if not runtime.filters.add(row, MAX_FILTERS):
        raise InvalidState(
            f"Expected at most {MAX_FILTERS} saved filters, but you have as many", code="too_many_filters"
        )
    return row.id


def change(runtime: Runtime, actor: Actor, filter_id: int, name: str, share_with: str | None) -> None:
    """Rename one's own filter, and share it with another group or nobody; raises as save does."""
    row = _own(runtime, actor, filter_id)
    group = _checked_group(actor, share_with) if share_with != row.shared_with else share_with
    runtime.filters.change(filter_id, name=_checked_name(name), shared_with=group)


def remove(runtime: Runtime, actor: Actor, filter_id: int) -> None:
    """Forget one's own filter; raises NotFound where there is none, NotAllowed for a colleague's."""
    runtime.filters.remove(_own(runtime, actor, filter_id).id)


def listed(runtime: Runtime, actor: Actor) -> list[SavedFilter]:
    """List a person's own filters, then those that colleagues share with their groups."""
    assert actor.person_id is not None
    rows = runtime.filters.seen_by(actor.person_id, actor.own_groups)
    found = [
        SavedFilter(row.id, row.name, row.query, row.person_id == actor.person_id, row.shared_with)
        for row in rows
    ]
    return sorted(found, key=lambda one: not one.mine)


def checked_query(query: str) -> str:
    """Give a query in its one spelling; raises InvalidInput unless it is made of what a filter may say."""
    try:
        pairs = parse_qsl(query, max_num_fields=2 * len(FIELDS))
    except ValueError as exc:
        raise InvalidInput("Expected a filter, but got something longer", code="filter_unknown") from exc
    said = dict(pairs)
    unknown = [name for name in said if name not in FIELDS]
    if unknown or len(said) < len(pairs) or any(len(value) > MAX_VALUE for value in said.values()):
        raise InvalidInput(f"Expected a filter of {', '.join(FIELDS)}, each once", code="filter_unknown")
    if said.get("view", VIEWS[0]) not in VIEWS or said.get("due", DUE[0]) not in DUE:
        raise InvalidInput("Expected a known list and a known due date", code="filter_unknown")
    if not said.keys() - {"view"}:
        raise InvalidInput("Expected a filter that chooses something, but it is empty", code="filter_empty")
    return spell(said)


def spell(said: Mapping[str, str]) -> str:
    """Give what a filter says as a query, always in the same order."""
    return urlencode({name: said[name] for name in FIELDS if name in said})


def _own(runtime: Runtime, actor: Actor, filter_id: int) -> FilterRow:
    row = runtime.filters.find(filter_id)
    if row is not None and row.person_id == actor.person_id:
        return row
    if row is not None and row.shared_with in actor.own_groups:
        raise NotAllowed("Expected a filter of your own, but a colleague shares it", code="not_your_filter")
    raise NotFound("Expected a filter with that id, but there is none", code="no_such_filter")


def _checked_name(name: str) -> str:
    words = " ".join(name.split())
    if not 0 < len(words) <= MAX_NAME:
        raise InvalidInput(f"Expected a name of 1 to {MAX_NAME} characters", code="filter_name")
    return words


def _checked_group(actor: Actor, principal: str | None) -> str | None:
    if principal and principal not in actor.own_groups:
        raise NotAllowed("Expected one of your own groups to share with", code="not_in_group")
    return principal or None
