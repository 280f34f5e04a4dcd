"""Looks at what moving running cases to another version would do, on copies and a page at a time.

Nothing of a case is written, only what was found. A case that cannot move is told with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine import codec
from engine.errors import Busy, InvalidInput, NotAllowed, NotFound
from engine.instances import open_case
from engine.spiff.rebinding import CannotFollow
from engine.store.failures import ConflictError
from engine.store.migrations import ListedCase, MigrationCaseRow, MigrationRow, MigrationStore
from engine.store.moving import Mark

from .report import Report
from .shifting import shift
from .versions import Ways, older_versions, version_row

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.definitions import DefinitionRow
    from engine.store.rows import InstanceRow, UserTaskRow

LOOKERS = frozenset({"designer", "supervisor", "admin"})
MOVERS = frozenset({"supervisor", "admin"})
BATCH = 100
"""How many cases are looked at in one call; each costs about two milliseconds."""
STATES = ("movable", "changed", "refused", "moved", "put_back", "ended")
MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class SeenCase:
    """A case of a migration. report: empty where it cannot move."""

    row: MigrationCaseRow
    business_key: str
    report: Report


@dataclass(frozen=True, slots=True)
class Preview:
    """How far a migration is. counts: cases by state, each up to the store's MAX_COUNTED."""

    row: MigrationRow
    counts: dict[str, int]

    @property
    def complete(self) -> bool:
        """Say whether every case was looked at."""
        return self.row.state == "ready"


def preview(
    runtime: Runtime, actor: Actor, service_key: str, *, source: int | None = None, target: int | None = None
) -> MigrationRow:
    """Begin to look at the running cases of a version, or of all older ones; `look_further` goes on.

    source, target: numbers of versions; None: all older ones, and the newest. Raises NotAllowed
    (`may_not_look`), NotFound, InvalidInput (`version_not_older`).
    """
    check_may_look(actor)
    newest = version_row(runtime, service_key, target)
    source_id = None if source is None else version_row(runtime, service_key, source).id
    if not older_versions(runtime, newest, source_id):
        raise InvalidInput("Expected an earlier version, but there is none", code="version_not_older")
    row = MigrationRow(
        runtime.ids.next(),
        service_key,
        source_id,
        newest.id,
        "looking",
        actor.person_id,
        runtime.now_ms(),
        at_definition=0,
        at_case=0,
    )
    store(runtime).add(row)
    return row


def look_further(runtime: Runtime, actor: Actor, migration_id: int, size: int = BATCH) -> Preview:
    """Look at the next cases, at most `size` of them; gives how far it is.

    Raises NotAllowed (`may_not_look`), NotFound, Busy when somebody else looks at the same time.
    """
    check_may_look(actor)
    row = find(runtime, migration_id)
    if row.state == "looking":
        sources = older_versions(runtime, version_by_id(runtime, row), row.source_id)
        left = [one.id for one in sources if one.id >= row.at_definition]
        definition_id = left[0] if left else 0
        after = row.at_case if definition_id == row.at_definition else 0
        ids = store(runtime).next_cases(definition_id, after, size) if left else []
        ways = Ways(runtime, row.target_id)
        cases = [look(runtime, row, one, ways) for one in ids]
        changed = replace(row, at_definition=definition_id, at_case=ids[-1] if ids else after)
        if len(ids) < size:  # this version is done
            changed = replace(changed, at_definition=definition_id + 1, at_case=0)
            if len(left) <= 1:
                changed = replace(changed, state="ready")
        try:
            store(runtime).looked(row, changed, [one for one in cases if one is not None])
        except ConflictError as exc:
            raise Busy from exc
        row = changed
    return Preview(row, store(runtime).counts(row.id, STATES))


def read_preview(runtime: Runtime, actor: Actor, migration_id: int) -> Preview:
    """Give how far a migration is; raises NotAllowed (`may_not_look`) and NotFound."""
    check_may_look(actor)
    row = find(runtime, migration_id)
    return Preview(row, store(runtime).counts(row.id, STATES))


def page_of_cases(
    runtime: Runtime,
    actor: Actor,
    migration_id: int,
    *,
    state: str | None = None,
    after: int = 0,
    size: int = 50,
) -> list[SeenCase]:
    """List what was found, by case id; state: one of STATES, None for all. after: the case shown last.

    Designers see the cases of every office, by number and without anything personal; others those of their
    office and below. Raises NotAllowed (`may_not_look`), NotFound, InvalidInput (`state_unknown`).
    """
    check_may_look(actor)
    find(runtime, migration_id)
    if state is not None and state not in STATES:
        raise InvalidInput(f"Expected one of {', '.join(STATES)}", code="state_unknown")
    rows = store(runtime).cases(
        migration_id,
        states=STATES if state is None else (state,),
        offices=None if "designer" in actor.roles else runtime.offices.seen_by(actor),
        after=after,
        size=max(1, min(size, MAX_PAGE)),
    )
    return [_seen(runtime, one) for one in rows]


def migrations_of(runtime: Runtime, actor: Actor, service_key: str) -> list[MigrationRow]:
    """List the newest migrations of a service; raises NotAllowed (`may_not_look`)."""
    check_may_look(actor)
    return store(runtime).of_service(service_key)


def look(
    runtime: Runtime, migration: MigrationRow, process_instance_id: int, ways: Ways
) -> MigrationCaseRow | None:
    """Say of one case whether it can move, and what that changes; None for one that is gone or has moved already."""
    found = runtime.steps.load(process_instance_id)
    if found is None or found[0].definition_id == migration.target_id:
        return None
    instance, tasks = found
    if instance.state != "active":
        return _row(runtime, migration, instance, "ended")
    try:
        report = _try_out(runtime, migration, instance, tasks, ways)
    except CannotFollow as exc:
        return _row(runtime, migration, instance, "refused", code=exc.code, element_id=exc.element_id)
    return _row(runtime, migration, instance, "movable", report=report)


def last_move(runtime: Runtime, process_instance_id: int) -> MigrationCaseRow | None:
    """Give by which migration a case got its version; None for one that began on it, or was put back."""
    return store(runtime).last_move(process_instance_id)


def may_look(actor: Actor) -> bool:
    """Say whether somebody designs services or answers for cases."""
    return actor.person_id is None or bool(actor.roles & LOOKERS)


def check_may_look(actor: Actor) -> None:
    """Raise NotAllowed (`may_not_look`) for anybody else."""
    if not may_look(actor):
        raise NotAllowed("Expected a designer or a supervisor", code="may_not_look")


def find(runtime: Runtime, migration_id: int) -> MigrationRow:
    """Give a migration; raises NotFound."""
    row = store(runtime).find(migration_id)
    if row is None:
        raise NotFound("Expected a migration with that id, but there is none", code="migration_unknown")
    return row


def version_by_id(runtime: Runtime, row: MigrationRow) -> DefinitionRow:
    """Give the version that a migration leads to."""
    return next(one for one in runtime.catalogue.versions(row.service_key) if one.id == row.target_id)


def store(runtime: Runtime) -> MigrationStore:
    """Give what reads and writes migrations."""
    return MigrationStore(runtime.database, runtime.tenant_id)


def _try_out(
    runtime: Runtime, migration: MigrationRow, instance: InstanceRow, tasks: list[UserTaskRow], ways: Ways
) -> Report:
    """Move a copy of a case, and forget it."""
    case = open_case(runtime, instance, tasks)
    return shift(case, ways[instance.definition_id], Mark(migration.id, "movable", None)).report


def _row(
    runtime: Runtime,
    migration: MigrationRow,
    instance: InstanceRow,
    state: str,
    *,
    code: str | None = None,
    element_id: str | None = None,
    report: Report | None = None,
) -> MigrationCaseRow:
    content = codec.dump_values((report or Report()).pack())
    return MigrationCaseRow(
        migration.id,
        instance.id,
        instance.office_id,
        instance.definition_id,
        instance.row_version,
        state,
        code,
        element_id,
        runtime.now_ms(),
        runtime.sealer.seal(content, _place(migration.id, instance.id)),
    )


def _seen(runtime: Runtime, listed: ListedCase) -> SeenCase:
    row = listed.row
    content = runtime.sealer.open(row.sealed_report, _place(row.migration_id, row.process_instance_id))
    return SeenCase(row, listed.business_key, Report.unpack(codec.load_values(content)))


def _place(migration_id: int, process_instance_id: int) -> str:
    return f"migration:{migration_id}:{process_instance_id}"
