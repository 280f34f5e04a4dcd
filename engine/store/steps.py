"""Loads a case for one step and saves what the step changed, in the one transaction.

The instance's row version is what serialises steps: the first statement of the transaction updates it
where it is still the one that was read. Anything else means that somebody was quicker.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from typing import TYPE_CHECKING, Any

from engine.errors import Changed, DoneBefore
from engine.store.database import Database, Statement
from engine.store.failures import ConflictError, OvertakenError
from engine.store.jobs import OUTSIDE
from engine.store.moving import MovingStatements
from engine.store.rows import InstanceRow, Saved, UserTaskRow, fields_of
from engine.store.step_rows import StepRows
from engine.store.step_statements import step_statements
from engine.store.writing import AtOnce, OneByOne, Writes, finish_together

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection

    from engine.ports import Deferrer

_INSTANCE_WIDTH = len(InstanceRow.__slots__)


class StepStore:
    """The hot path. At most eight statements for a completion that opens one task; two on PostgreSQL."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id
        self._statements = step_statements(database)
        self._rows = StepRows(self._statements, tenant_id)
        self._moving = MovingStatements(database, tenant_id)
        self._expected: int | None = None
        self._once: tuple[str, str] | None = None
        self._read_before: tuple[InstanceRow, list[UserTaskRow]] | None = None
        self.deferrer: Deferrer | None = None
        """Tells workers of other processes about jobs; None where jobs are run by whoever looks for them."""

    def load(self, process_instance_id: int) -> tuple[InstanceRow, list[UserTaskRow]] | None:
        """Read a case and its open tasks at one moment; None when there is no such case."""
        return self._load(self._statements.instance, self._statements.whole, process_instance_id)

    def load_several(
        self, process_instance_ids: Iterable[int]
    ) -> list[tuple[InstanceRow, list[UserTaskRow]]]:
        """Read cases and their open tasks at one moment; those that there are."""
        with self._database.stepping(writing=False) as connection:
            if self._database.writes_at_once:
                with connection.pipeline():
                    asked = [
                        self._statements.whole.run(connection, b_tenant=self._tenant, b_id=one)
                        for one in process_instance_ids
                    ]
                found = [_whole(cursor.fetchall()) for cursor in asked]
            else:
                found = [
                    self._read(connection, self._statements.instance, one) for one in process_instance_ids
                ]
        return [one for one in found if one is not None]

    def load_by_task(self, user_task_id: int) -> tuple[InstanceRow, list[UserTaskRow]] | None:
        """Read the case of a task and its open tasks at one moment; None when there is no such task."""
        return self._load(self._statements.instance_of_task, self._statements.whole_of_task, user_task_id)

    def at_version(self, row_version: int) -> StepStore:
        """Give a store that loads a case only as it stands at a version; raises Changed for one that moved on."""
        found = copy(self)
        found._expected = row_version  # noqa: SLF001 - our own copy
        return found

    def as_read(self, found: tuple[InstanceRow, list[UserTaskRow]]) -> StepStore:
        """Give a store that begins with a case as it was read just now, instead of reading it again.

        For one step of one request alone, which is about that case. When somebody was quicker it is read anew.
        """
        made = copy(self)
        made._read_before = found  # noqa: SLF001 - our own copy
        return made

    def once(self, source: str, number: str) -> StepStore:
        """Give a store whose next step counts once under a number; the same once more raises DoneBefore.

        For one step of one request alone.
        """
        found = copy(self)
        found._once = (source, number)  # noqa: SLF001 - our own copy
        return found

    def save(self, saved: Saved) -> None:
        """Write a step and commit; raises ConflictError, leaving nothing, when the case has moved on."""
        with self._writing(saved) as (connection, writes):
            self._write(connection, writes, saved)

    def save_several(self, steps: Sequence[Saved]) -> set[int]:
        """Write steps of different cases and commit once; gives the cases that had not moved on meanwhile.

        Raises ConflictError, leaving nothing, when somebody was quicker in another way.
        """
        with self._database.stepping(writing=True, again=True) as connection:
            if self._database.writes_at_once:
                return self._save_at_once(connection, steps)
            written = set()
            for saved in steps:
                with suppress(OvertakenError):
                    self._write(connection, OneByOne(connection), saved)
                    written.add(saved.instance.id)
            return written

    def insert(self, saved: Saved) -> InstanceRow:
        """Write a new case and commit; gives its row with the case number.

        Raises ConflictError when the service has a newer version than the case was started on, or when
        somebody else has started a case under the same key.
        """
        with self._database.stepping(writing=True, again=True) as connection:
            instance = _replace(
                saved.instance,
                business_key=self._next_number(connection, saved),
                state=saved.state,
                outcome=saved.outcome,
                ended_at=saved.ended_at,
                history_seq=saved.history.seq,
                history_head=saved.history.hash,
                sealed_state=saved.sealed_state,
            )
            at_once = self._database.writes_at_once
            writes = AtOnce(connection, alone=False, guarded=False) if at_once else OneByOne(connection)
            self._rows.insert(writes, saved, instance)
            self._rows.write(writes, saved, self._once)
            writes.finish()
            self._tell_workers(connection, saved)
        return instance

    def started_under(self, key: str) -> tuple[int, str] | None:
        """Give id and number of the case that was started under a key; None when none was."""
        with self._database.stepping(writing=False, alone=True) as connection:
            row = self._statements.started_under.run(connection, b_tenant=self._tenant, b_key=key).fetchone()
        return None if row is None else (row[0], row[1])

    def was_received(self, source: str, number: str) -> bool:
        """Say whether a message from outside was taken in before, by the other side's own number."""
        with self._database.stepping(writing=False, alone=True) as connection:
            return self._is_received(connection, source, number)

    def _is_received(self, connection: DBAPIConnection, source: str, number: str) -> bool:
        row = self._statements.received.run(
            connection, b_tenant=self._tenant, b_source=source, b_id=number
        ).fetchone()
        return row is not None

    @contextmanager
    def _writing(self, saved: Saved) -> Iterator[tuple[DBAPIConnection, Writes]]:
        """Give what a step of a case is written with: one statement where the database takes it and nothing more is to be said."""
        if not self._database.writes_at_once or saved.moved is not None:
            with self._database.stepping(writing=True, again=True) as connection:
                yield connection, OneByOne(connection)
            return
        alone = not self._defers(saved)
        with self._database.stepping(writing=True, again=True, alone=alone) as connection:
            yield connection, AtOnce(connection, alone=alone, guarded=True)

    def _save_at_once(self, connection: DBAPIConnection, steps: Sequence[Saved]) -> set[int]:
        """Send the statements of all short steps one behind the other; long ones are left out."""
        ready = []
        for saved in steps:
            writes = AtOnce(connection, alone=False, guarded=True)
            self._fill(connection, writes, saved)
            if not writes.is_long:
                ready.append((saved, writes))
        done = finish_together(connection, [writes for _saved, writes in ready])
        written = [saved for (saved, _writes), was_written in zip(ready, done, strict=True) if was_written]
        for saved in written:
            self._tell_workers(connection, saved)
        return {saved.instance.id for saved in written}

    def _write(self, connection: DBAPIConnection, writes: Writes, saved: Saved) -> None:
        self._fill(connection, writes, saved)
        writes.finish()
        self._tell_workers(connection, saved)

    def _fill(self, connection: DBAPIConnection, writes: Writes, saved: Saved) -> None:
        before = saved.instance
        self._rows.update_instance(writes, saved)
        if saved.moved is not None:
            self._moving.write(connection, before.id, saved.moved, before.row_version + 1, saved.history.at)
        if saved.title is not None and saved.title != before.title:
            self._rows.words(writes, before, _replace(before, title=saved.title))
        self._rows.write(writes, saved, self._once)

    def _tell_workers(self, connection: DBAPIConnection, saved: Saved) -> None:
        if self.deferrer is not None and self._defers(saved):
            self.deferrer.defer(connection, saved.jobs_added, saved.history.at)

    def _defers(self, saved: Saved) -> bool:
        """Say whether workers are to be told of something that an outside system is asked now."""
        at = saved.history.at
        return self.deferrer is not None and any(
            job.kind in OUTSIDE and job.due_at <= at for job in saved.jobs_added
        )

    def _next_number(self, connection: DBAPIConnection, saved: Saved) -> str:
        """Take the service's next case number, and hold it until the commit."""
        assert saved.case_number is not None
        prefix, definition_id = saved.case_number
        row = self._statements.next_number.run(
            connection,
            b_tenant=self._tenant,
            b_key=saved.instance.service_key,
            b_definition=definition_id,
        ).fetchone()
        if row is None:
            raise ConflictError
        return f"{prefix}-{row[0]:06d}" if prefix else str(row[0])

    def _load(
        self, statement: Statement, whole: Statement, key: int
    ) -> tuple[InstanceRow, list[UserTaskRow]] | None:
        found, self._read_before = self._read_before, None
        if found is None or self._once is not None:
            found = self._load_now(statement, whole, key)
        if found is not None and self._expected is not None and found[0].row_version != self._expected:
            raise Changed
        return found

    def _load_now(
        self, statement: Statement, whole: Statement, key: int
    ) -> tuple[InstanceRow, list[UserTaskRow]] | None:
        at_once = self._database.writes_at_once and self._once is None
        with self._database.stepping(writing=False, alone=at_once) as connection:
            if at_once:
                found = _whole(whole.run(connection, b_tenant=self._tenant, b_id=key).fetchall())
            else:
                found = self._read(connection, statement, key)
            if found is None:
                return None
            if self._once is not None and self._is_received(connection, *self._once):
                raise DoneBefore
        return found

    def _read(
        self, connection: DBAPIConnection, statement: Statement, key: int
    ) -> tuple[InstanceRow, list[UserTaskRow]] | None:
        row = statement.run(connection, b_tenant=self._tenant, b_id=key).fetchone()
        if row is None:
            return None
        instance = InstanceRow(*row)
        tasks = self._statements.open_tasks.run(connection, b_tenant=self._tenant, b_id=instance.id)
        return instance, [UserTaskRow(*task) for task in tasks]


def _whole(rows: list[Any]) -> tuple[InstanceRow, list[UserTaskRow]] | None:
    """Give what was read in one statement: a row for each open task, the state in the first one only."""
    if not rows:
        return None
    tasks = [UserTaskRow(*row[_INSTANCE_WIDTH:]) for row in rows if row[_INSTANCE_WIDTH] is not None]
    return InstanceRow(*rows[0][:_INSTANCE_WIDTH]), tasks


def _replace(row: InstanceRow, **changes: Any) -> InstanceRow:
    return InstanceRow(**{**fields_of(row), **changes})
