"""Single values of the installation, leased process numbers, and sign-in attempts."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select, update

from engine.errors import EngineError
from engine.ids import MAX_PROCESSES
from engine.store import schema as s
from engine.store.database import Database
from engine.store.upserts import insert_or_change


class SettingStore:
    """Reads and writes named values."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def get(self, key: str) -> str | None:
        """Give a value."""
        query = select(s.setting.c.value).where(s.setting.c.tenant_id == self._tenant, s.setting.c.key == key)
        with self._database.reading() as connection:
            found: str | None = connection.execute(query).scalar()
        return found

    def put(self, key: str, value: str) -> None:
        """Set a value."""
        values = {"tenant_id": self._tenant, "key": key, "value": value}
        with self._database.writing() as connection:
            connection.execute(insert_or_change(s.setting, connection.dialect.name, ("value",)), values)

    def lease_process_number(self, token: int, now: int, until: int) -> int:
        """Lease the lowest free process number until a moment of the machine's clock, in milliseconds."""
        node = s.node.c
        with self._database.writing(alone="process numbers") as connection:
            connection.execute(delete(s.node).where(node.tenant_id == 0, node.until < now))
            taken = {row[0] for row in connection.execute(select(node.number).where(node.tenant_id == 0))}
            free = next((number for number in range(MAX_PROCESSES) if number not in taken), None)
            if free is None:
                raise EngineError(
                    f"Expected a free process number, but all {MAX_PROCESSES} are leased", code="no_number"
                )
            connection.execute(
                insert(s.node), {"tenant_id": 0, "number": free, "token": token, "until": until}
            )
        return free

    def renew_process_number(self, number: int, token: int, until: int) -> bool:
        """Keep a leased number longer; says whether it is still ours."""
        node = s.node.c
        with self._database.writing() as connection:
            result = connection.execute(
                update(s.node)
                .where(node.tenant_id == 0, node.number == number, node.token == token)
                .values(until=until)
            )
        return bool(result.rowcount)

    def release_process_number(self, number: int, token: int) -> None:
        """Give a leased number back."""
        node = s.node.c
        with self._database.writing() as connection:
            connection.execute(
                delete(s.node).where(node.tenant_id == 0, node.number == number, node.token == token)
            )

    def note_attempt(self, key: str, at: int, attempt_id: int, keep_since: int) -> int:
        """Note a failed sign-in and give how many there were since a moment."""
        attempt = s.sign_in_attempt.c
        with self._database.writing() as connection:
            connection.execute(
                delete(s.sign_in_attempt).where(attempt.tenant_id == self._tenant, attempt.at < keep_since)
            )
            connection.execute(
                insert(s.sign_in_attempt), {"tenant_id": self._tenant, "key": key, "at": at, "id": attempt_id}
            )
        return self.attempts(key, keep_since)

    def attempts(self, key: str, since: int) -> int:
        """Count the failed sign-ins since a moment."""
        attempt = s.sign_in_attempt.c
        query = select(func.count()).where(
            attempt.tenant_id == self._tenant, attempt.key == key, attempt.at >= since
        )
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar() or 0)

    def forget_attempts(self, key: str) -> None:
        """Forget the failed sign-ins after a good one."""
        attempt = s.sign_in_attempt.c
        with self._database.writing() as connection:
            connection.execute(
                delete(s.sign_in_attempt).where(attempt.tenant_id == self._tenant, attempt.key == key)
            )
