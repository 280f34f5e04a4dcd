"""Where the benchmarks run: a temporary folder, or a PostgreSQL server of their own that waits for the disk."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack

from tests.databases.server import own_server
from webui.settings import Settings

DATABASE_URL = "LINBANG_DATABASE_URL"


def settings_on(kind: str, opened: ExitStack) -> Settings:
    """Give settings for a kind of database; the server is the environment's, or is started and ended here."""
    environment = {"LINBANG_DATA_DIR": opened.enter_context(tempfile.TemporaryDirectory())}
    if kind == "postgresql":
        given = os.environ.get(DATABASE_URL, "")
        if not given.startswith("postgresql"):
            given = opened.enter_context(own_server(durable=True)).url("postgres")
        environment[DATABASE_URL] = given
    return Settings.from_environment(environment)


def environment_of(settings: Settings) -> dict[str, str]:
    """Give an installation's settings as processes of its own read them; none of them runs jobs beside its pages."""
    return {
        "LINBANG_DATA_DIR": str(settings.data_dir),
        "LINBANG_DATABASE_URL": settings.database_url,
        "LINBANG_KEY_FILE": str(settings.key_file),
        "LINBANG_PROCESSES_DIR": str(settings.processes_dir),
        "LINBANG_BACKGROUND": "none",
    }
