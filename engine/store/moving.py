"""What a step writes beside its usual rows when it moves a case to another version, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, update

from engine.store import schema as s
from engine.store.database import Database, Statement

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection

    from engine.store.rows import UserTaskRow


@dataclass(frozen=True, slots=True)
class Mark:
    """What a migration notes of the case in that moment. sealed_before: the state that may be put back."""

    migration_id: int
    state: str
    sealed_before: bytes | None


@dataclass(frozen=True, slots=True)
class Moved:
    """The version that a case has from then on.

    retargeted: open tasks before and after, whose element, group or office is another one. clocks_gone: keys of
    deadlines that are forgotten.
    """

    definition_id: int
    mark: Mark
    retargeted: list[tuple[UserTaskRow, UserTaskRow]] = field(default_factory=list)
    clocks_gone: list[str] = field(default_factory=list)


class MovingStatements:
    """The statements of a move; a step that moves nothing runs none of them."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        engine = database.engine
        self._tenant = tenant_id

        def of(statement: Any) -> Statement:
            return Statement(statement, engine)

        case, task, line = s.process_instance.c, s.user_task.c, s.inbox.c
        self._definition = of(
            update(s.process_instance)
            .where(case.tenant_id == bindparam("b_tenant"), case.id == bindparam("b_id"))
            .values(definition_id=bindparam("b_definition"))
        )
        self._task = of(
            update(s.user_task)
            .where(task.tenant_id == bindparam("b_tenant"), task.id == bindparam("b_id"))
            .values(
                element_id=bindparam("b_element"),
                candidate_group=bindparam("b_group"),
                office_id=bindparam("b_office"),
            )
        )
        self._line = of(
            update(s.inbox)
            .where(
                line.tenant_id == bindparam("b_tenant"),
                line.principal == bindparam("b_was"),
                line.due_at == bindparam("b_due"),
                line.user_task_id == bindparam("b_id"),
            )
            .values(principal=bindparam("b_principal"), element_id=bindparam("b_element"))
        )
        clock = s.deadline.c
        self._clock = of(
            delete(s.deadline).where(
                clock.tenant_id == bindparam("b_tenant"),
                clock.process_instance_id == bindparam("b_id"),
                clock.key == bindparam("b_key"),
            )
        )
        noted = s.migration_case.c
        self._mark = of(
            update(s.migration_case)
            .where(
                noted.tenant_id == bindparam("b_tenant"),
                noted.migration_id == bindparam("b_migration"),
                noted.process_instance_id == bindparam("b_id"),
            )
            .values(
                state=bindparam("b_state"),
                code=None,
                row_version=bindparam("b_version"),
                sealed_before=bindparam("b_before"),
                at=bindparam("b_at"),
            )
        )

    def write(
        self, connection: DBAPIConnection, process_instance_id: int, moved: Moved, version: int, at: int
    ) -> None:
        """Write a move; version: the case's row version after the step; at: its moment."""
        here = {"b_tenant": self._tenant, "b_id": process_instance_id}
        self._definition.run(connection, **here, b_definition=moved.definition_id)
        changed = [
            {
                "b_tenant": self._tenant,
                "b_id": after.id,
                "b_element": after.element_id,
                "b_group": after.candidate_group,
                "b_office": after.office_id,
                "b_was": before.principal,
                "b_principal": after.principal,
                "b_due": before.due_at,
            }
            for before, after in moved.retargeted
        ]
        self._task.run_many(connection, changed)
        self._line.run_many(connection, changed)
        self._clock.run_many(connection, [{**here, "b_key": key} for key in moved.clocks_gone])
        mark = moved.mark
        self._mark.run(
            connection,
            **here,
            b_migration=mark.migration_id,
            b_state=mark.state,
            b_version=version,
            b_before=mark.sealed_before,
            b_at=at,
        )
