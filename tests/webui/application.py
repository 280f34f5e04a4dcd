"""The application around a test's installation.

Making one, with the REST API's description and every page's template, takes a hundred times as long as asking it
for a page, so one serves all tests of a process: only the installation behind it changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.store.cases import CaseStore
from engine.store.settings import SettingStore
from webui.app import create_app
from webui.settings import Settings
from webui.wiring import Installation

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from engine.runtime import Runtime

_MADE: dict[bool, Flask] = {}


def application(runtime: Runtime, folder: Path, *, testing: bool = True, csrf: bool = True) -> Flask:
    """Give the application of an installation whose data are in a folder; the one before it is served no longer.

    csrf: whether a form has to bring the mark of the page it came from.
    """
    settings = Settings.from_environment({"LINBANG_DATA_DIR": str(folder)})
    database = runtime.database
    installation = Installation(settings, runtime, CaseStore(database, 1), SettingStore(database, 1), 0, 0)
    if testing not in _MADE:
        _MADE[testing] = create_app(installation, testing=testing)
    app = _MADE[testing]
    app.extensions["linbang"] = installation
    app.config.update(SECRET_KEY=runtime.sealer.derive("session"), WTF_CSRF_ENABLED=csrf)
    return app
