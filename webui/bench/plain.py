"""A database spoken to with the bare driver and the engine's own settings: the floor below which nothing goes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Any

from engine.store.recording import Transaction

_SQLITE_SETTINGS = ("journal_mode=WAL", "synchronous=FULL", "cache_size=-32000")


class Plain:
    """One connection of the bare driver."""

    def __init__(self, url: str) -> None:
        self.on_postgresql = url.startswith("postgresql")
        self.connection: Any = _postgresql(url) if self.on_postgresql else _sqlite(url)

    def say_again(self, transactions: Iterable[Transaction]) -> float:
        """Write the same rows in the same transactions; give the seconds."""
        begin = "BEGIN" if self.on_postgresql else "BEGIN IMMEDIATE"
        began = time.perf_counter()
        for transaction in transactions:
            cursor = self.connection.cursor()
            if transaction.begun:
                cursor.execute(begin)
            for statement, parameters, many in transaction.said:
                (cursor.executemany if many else cursor.execute)(statement, parameters)
            if transaction.begun:
                cursor.execute("COMMIT")
        return time.perf_counter() - began

    def ask_again(self, reads: Iterable[tuple[str, Any]]) -> float:
        """Read the same rows; give the seconds."""
        began = time.perf_counter()
        for statement, parameters in reads:
            self.connection.execute(statement, parameters).fetchall()
        return time.perf_counter() - began

    def fill(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Write many rows of a table at once, in a transaction of their own."""
        if not rows:
            return
        names = ", ".join(rows[0])
        if self.on_postgresql:
            with self.connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(tuple(row.values()))
            return
        places = ", ".join(f":{name}" for name in rows[0])
        self.connection.execute("BEGIN")
        self.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608 - names of our own columns
        self.connection.execute("COMMIT")

    def settle(self) -> None:
        """Do what a database does by itself some time after it was filled."""
        if self.on_postgresql:
            self.connection.execute("VACUUM ANALYZE")
        else:
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def sizes(self) -> dict[str, int]:
        """Give the bytes of each table with its indexes."""
        query = _SIZES_ON_POSTGRESQL if self.on_postgresql else _SIZES_ON_SQLITE
        return dict(self.connection.execute(query).fetchall())

    def rows(self, table: str, where: str = "1 = 1") -> int:
        """Count rows."""
        query = f"SELECT count(*) FROM {table} WHERE {where}"  # noqa: S608 - said by this room alone
        return int(self.connection.execute(query).fetchone()[0])

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()


def _sqlite(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for setting in _SQLITE_SETTINGS:
        connection.execute(f"PRAGMA {setting}").fetchall()
    return connection


def _postgresql(url: str) -> Any:
    import psycopg  # noqa: PLC0415 - an installation on SQLite does without it

    return psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True)


_SIZES_ON_SQLITE = "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_master ON dbstat.name = sqlite_master.name GROUP BY 1"
_SIZES_ON_POSTGRESQL = "SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables"
