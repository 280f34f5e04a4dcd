"""Reads about cases for pages and checks: rows, histories, lists. Writes comments and attachments."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, select, update

from engine.store import schema as s
from engine.store.database import Database, Statement
from engine.store.rows import DeadlineRow, HistoryRow, IncidentRow, InstanceRow, UserTaskRow


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list."""

    id: int
    business_key: str
    title: str
    service_key: str
    definition_id: int
    office_id: int
    state: str
    outcome: str | None
    started_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to list. case_ids: only some of these, which a search found."""

    case_ids: tuple[int, ...] | None = None
    service_key: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A file of a case, without its content."""

    id: int
    process_instance_id: int | None
    user_task_id: int | None
    filename: str
    media_type: str
    size: int
    sha256: bytes
    uploaded_at: int
    uploaded_by: int


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with everything that hangs on it, as it stood at one moment."""

    row: InstanceRow
    history: list[HistoryRow]
    open_tasks: list[UserTaskRow]
    inbox: list[tuple[str, int, int]]
    """Principal, due date and task id."""
    jobs: list[tuple[int, str, str, int]]
    """Id, kind, target and due date."""
    incidents: list[int]
    """Numbers of the open ones."""
    deliveries: list[tuple[int, int, str]]
    """Id, number and state."""


class CaseStore:
    """Queries about cases; none of them is on the hot path, but some are said at each request, and compiled once."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def instance(self, process_instance_id: int) -> InstanceRow | None:
        """Find a case by id."""
        return self._instance(self._by_id, process_instance_id)

    def instance_by_key(self, business_key: str) -> InstanceRow | None:
        """Find a case by its number."""
        return self._instance(self._by_key, business_key)

    def ids(self, after: int = 0, limit: int = 500) -> list[int]:
        """List the ids of cases in order, for checks that go through all."""
        table = s.process_instance.c
        query = select(table.id).where(table.tenant_id == self._tenant, table.id > after)
        with self._database.reading() as connection:
            return [row[0] for row in connection.execute(query.order_by(table.id).limit(limit))]

    def history(self, process_instance_id: int) -> list[HistoryRow]:
        """List the links of a case's history in order."""
        table = s.history.c
        query = _columns(table, HistoryRow).where(
            table.tenant_id == self._tenant, table.process_instance_id == process_instance_id
        )
        with self._database.reading() as connection:
            return [HistoryRow(*row) for row in connection.execute(query.order_by(table.seq))]

    def deadlines(self, process_instance_id: int) -> list[DeadlineRow]:
        """List the clocks of a case."""
        with self._database.stepping(writing=False, alone=True) as connection:
            rows = self._clocks.run(connection, b_tenant=self._tenant, b_id=process_instance_id).fetchall()
        return [DeadlineRow(*row) for row in rows]

    def incidents(self, process_instance_id: int, state: str = "open") -> list[IncidentRow]:
        """List the incidents of a case."""
        table = s.incident.c
        query = _columns(table, IncidentRow).where(
            table.tenant_id == self._tenant,
            table.process_instance_id == process_instance_id,
            table.state == state,
        )
        with self._database.reading() as connection:
            return [IncidentRow(*row) for row in connection.execute(query.order_by(table.id))]

    def user_tasks(self, process_instance_id: int) -> list[UserTaskRow]:
        """List all tasks of a case, done ones too."""
        table = s.user_task.c
        query = _columns(table, UserTaskRow).where(
            table.tenant_id == self._tenant, table.process_instance_id == process_instance_id
        )
        with self._database.reading() as connection:
            return [UserTaskRow(*row) for row in connection.execute(query.order_by(table.id))]

    def whole(self, process_instance_id: int) -> WholeCase | None:
        """Read a case with everything that hangs on it at one moment, also while it is being worked on."""
        instance, task, inbox, job = s.process_instance.c, s.user_task.c, s.inbox.c, s.job.c
        mine = (task.tenant_id == self._tenant) & (task.process_instance_id == process_instance_id)
        with self._database.reading() as connection:
            row = connection.execute(
                _columns(instance, InstanceRow).where(
                    instance.tenant_id == self._tenant, instance.id == process_instance_id
                )
            ).first()
            if row is None:
                return None
            links = connection.execute(
                _columns(s.history.c, HistoryRow)
                .where(
                    s.history.c.tenant_id == self._tenant,
                    s.history.c.process_instance_id == process_instance_id,
                )
                .order_by(s.history.c.seq)
            ).all()
            tasks = connection.execute(_columns(task, UserTaskRow).where(mine, task.state == "open")).all()
            listed = connection.execute(
                select(inbox.principal, inbox.due_at, inbox.user_task_id)
                .join(s.user_task, (task.tenant_id == inbox.tenant_id) & (task.id == inbox.user_task_id))
                .where(mine)
            ).all()
            jobs = connection.execute(
                select(job.id, job.kind, job.target, job.due_at).where(
                    job.tenant_id == self._tenant, job.process_instance_id == process_instance_id
                )
            ).all()
            incidents = connection.execute(
                select(s.incident.c.number).where(
                    s.incident.c.tenant_id == self._tenant,
                    s.incident.c.process_instance_id == process_instance_id,
                    s.incident.c.state == "open",
                )
            ).all()
            deliveries = connection.execute(
                select(s.delivery.c.id, s.delivery.c.number, s.delivery.c.state).where(
                    s.delivery.c.tenant_id == self._tenant,
                    s.delivery.c.process_instance_id == process_instance_id,
                )
            ).all()
        return WholeCase(
            InstanceRow(*row),
            [HistoryRow(*link) for link in links],
            [UserTaskRow(*one) for one in tasks],
            [(one[0], one[1], one[2]) for one in listed],
            [(one[0], one[1], one[2], one[3]) for one in jobs],
            [one[0] for one in incidents],
            [(one[0], one[1], one[2]) for one in deliveries],
        )

    def cases(
        self, offices: Collection[int], where: CaseFilter, *, before: int | None = None, size: int = 50
    ) -> list[CaseRow]:
        """List the cases of some offices, the newest first."""
        table = s.process_instance.c
        query = _columns(table, CaseRow).where(
            table.tenant_id == self._tenant, table.office_id.in_(sorted(offices))
        )
        if where.service_key:
            query = query.where(table.service_key == where.service_key)
        if where.state:
            query = query.where(table.state == where.state)
        if where.case_ids is not None:
            query = query.where(table.id.in_(where.case_ids))
        if before is not None:
            query = query.where(table.id < before)
        with self._database.reading() as connection:
            return [CaseRow(*row) for row in connection.execute(query.order_by(table.id.desc()).limit(size))]

    def with_subject(self, digest: bytes) -> list[CaseRow]:
        """List the running cases of a person, found by the keyed hash of the identity number."""
        table, subject = s.process_instance.c, s.subject.c
        query = (
            _columns(table, CaseRow)
            .join(
                s.subject, (subject.tenant_id == table.tenant_id) & (subject.process_instance_id == table.id)
            )
            .where(
                subject.tenant_id == self._tenant,
                subject.kind == "identity",
                subject.digest == digest,
                table.state == "active",
            )
        )
        with self._database.reading() as connection:
            return [CaseRow(*row) for row in connection.execute(query.order_by(table.id.desc()).limit(20))]

    def comments(self, process_instance_id: int) -> list[tuple[int, int, int, bytes]]:
        """List a case's comments as (id, author, at, sealed text)."""
        table = s.comment.c
        query = select(table.id, table.author, table.at, table.sealed_text).where(
            table.tenant_id == self._tenant, table.process_instance_id == process_instance_id
        )
        with self._database.reading() as connection:
            return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query.order_by(table.id))]

    def add_comment(
        self, comment_id: int, process_instance_id: int, author: int, at: int, sealed: bytes
    ) -> None:
        """Add a comment."""
        values = {
            "tenant_id": self._tenant,
            "id": comment_id,
            "process_instance_id": process_instance_id,
            "author": author,
            "at": at,
            "sealed_text": sealed,
        }
        with self._database.writing() as connection:
            connection.execute(insert(s.comment), values)

    def add_attachment(self, row: AttachmentRow, sealed: bytes) -> None:
        """Add a file."""
        values = {name: getattr(row, name) for name in AttachmentRow.__slots__}
        with self._database.writing() as connection:
            connection.execute(
                insert(s.attachment), {"tenant_id": self._tenant, "sealed_content": sealed, **values}
            )

    def attachments(self, process_instance_id: int) -> list[AttachmentRow]:
        """List a case's files."""
        table = s.attachment.c
        query = _columns(table, AttachmentRow).where(
            table.tenant_id == self._tenant, table.process_instance_id == process_instance_id
        )
        with self._database.reading() as connection:
            return [AttachmentRow(*row) for row in connection.execute(query.order_by(table.id))]

    def attachment(self, attachment_id: int) -> tuple[AttachmentRow, bytes] | None:
        """Give a file and its sealed content."""
        table = s.attachment.c
        query = _columns(table, AttachmentRow).add_columns(table.sealed_content)
        query = query.where(table.tenant_id == self._tenant, table.id == attachment_id)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return (AttachmentRow(*row[:-1]), row[-1]) if row else None

    def adopt_attachments(self, attachment_ids: Collection[int], process_instance_id: int) -> None:
        """Give files that were uploaded before the case existed to it."""
        table = s.attachment
        with self._database.writing() as connection:
            connection.execute(
                update(table)
                .where(
                    table.c.tenant_id == self._tenant,
                    table.c.id.in_(list(attachment_ids)),
                    table.c.process_instance_id.is_(None),
                )
                .values(process_instance_id=process_instance_id)
            )

    def drop_orphans(self, before: int) -> int:
        """Delete files that no case took over before a moment; gives how many."""
        table = s.attachment
        with self._database.writing() as connection:
            result = connection.execute(
                delete(table).where(
                    table.c.tenant_id == self._tenant,
                    table.c.process_instance_id.is_(None),
                    table.c.uploaded_at < before,
                )
            )
        return int(result.rowcount)

    def _instance(self, statement: Statement, wanted: int | str) -> InstanceRow | None:
        with self._database.stepping(writing=False, alone=True) as connection:
            row = statement.run(connection, b_tenant=self._tenant, b_wanted=wanted).fetchone()
        return InstanceRow(*row) if row else None

    @cached_property
    def _by_id(self) -> Statement:
        return self._of_case(s.process_instance.c.id)

    @cached_property
    def _by_key(self) -> Statement:
        return self._of_case(s.process_instance.c.business_key)

    def _of_case(self, column: Any) -> Statement:
        table = s.process_instance.c
        query = _columns(table, InstanceRow).where(
            table.tenant_id == bindparam("b_tenant"), column == bindparam("b_wanted")
        )
        return Statement(query, self._database.engine)

    @cached_property
    def _clocks(self) -> Statement:
        table = s.deadline.c
        query = _columns(table, DeadlineRow).where(
            table.tenant_id == bindparam("b_tenant"), table.process_instance_id == bindparam("b_id")
        )
        return Statement(query.order_by(table.started_at, table.key), self._database.engine)


def every_case(store: CaseStore) -> Iterator[WholeCase]:
    """Iterate over all cases, each as it stands at one moment."""
    after = 0
    while found := store.ids(after):
        for process_instance_id in found:
            case = store.whole(process_instance_id)
            if case is not None:
                yield case
        after = found[-1]


def _columns(table: Any, record: Any) -> Select[Any]:
    return select(*(table[name] for name in record.__slots__))
