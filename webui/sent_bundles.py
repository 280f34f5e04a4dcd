"""Reads the service that a browser sent: a zip, or the files of a folder. Looks at nothing inside."""

from __future__ import annotations

import io
import zipfile

from flask import request
from flask_babel import gettext as _

from engine.definitions.bundle import MAX_BUNDLE_BYTES, MAX_FILE_BYTES, MAX_FILES
from engine.errors import InvalidInput
from engine.importing import DIAGRAMS, is_of


def sent_bundle() -> tuple[bytes, str]:
    """Give the zip that was sent, or the files of a folder as one; raises InvalidInput when nothing came."""
    file = request.files.get("zip")
    if file is not None and file.filename:
        if is_of(file.filename, DIAGRAMS):
            raise InvalidInput("Expected a service, but this is a diagram alone", code="diagram_alone")
        return file.stream.read(MAX_BUNDLE_BYTES + 1), file.filename
    files = [one for one in request.files.getlist("folder") if one.filename]
    if not files:
        raise InvalidInput("Expected a zip or a folder, but nothing was sent", code="upload_missing")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for one in files[: MAX_FILES + 1]:
            archive.writestr(one.filename or "", one.stream.read(MAX_FILE_BYTES + 1))
    return packed.getvalue(), _("the folder")
