"""Makes databases on an installation's PostgreSQL server that are used once, and removes them again."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from engine.errors import InvalidInput, NotAllowed
from engine.store.engines import POSTGRESQL

PREFIX = "linbang_scratch_"
_NOT_ALLOWED = "42501"
"""PostgreSQL's state of an error: insufficient privilege."""


@contextmanager
def scratch_database(beside: str) -> Iterator[str]:
    """Make an empty database on a PostgreSQL server, give its address, and drop it at the end, come what may.

    beside: the address of a database there. Raises InvalidInput (`setting_broken`) where it is not one of
    PostgreSQL or the server cannot be reached, NotAllowed (`may_not_create`) where the role may not make databases.
    """
    address = make_url(beside)
    if address.drivername != POSTGRESQL:
        raise InvalidInput(
            f"Expected LINBANG_DATABASE_URL to name a database on PostgreSQL, such as {POSTGRESQL}://user@host/linbang, "
            f"but it names one of {address.drivername}",
            code="setting_broken",
        )
    name = PREFIX + secrets.token_hex(6)
    _say(beside, f"CREATE DATABASE {name}")
    try:
        yield address.set(database=name).render_as_string(hide_password=False)
    finally:
        _say(beside, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _say(url: str, statement: str) -> None:
    try:
        engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool, hide_parameters=True)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
    except ModuleNotFoundError as exc:
        raise InvalidInput(
            "Expected psycopg for PostgreSQL, but it is not installed: pip install linbang[postgresql]",
            code="setting_broken",
        ) from exc
    except DBAPIError as exc:
        if getattr(exc.orig, "sqlstate", None) == _NOT_ALLOWED:
            raise NotAllowed(
                "Expected a role that may create databases, but this one may not: ALTER ROLE … CREATEDB",
                code="may_not_create",
            ) from exc
        raise InvalidInput(
            f"Expected to reach the server that LINBANG_DATABASE_URL names, but: {str(exc.orig).partition(chr(10))[0]}",
            code="setting_broken",
        ) from exc
