"""Which files of another engine are read: from a folder, a zip or an upload, and how much of them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from engine.definitions.bundle import MAX_FILE_BYTES, MAX_FILES
from engine.errors import InvalidInput
from engine.importing import gather, read_sources

from .drawings import converted, drawing, line


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return packed.getvalue()


def test_a_folder_is_read_with_all_below_it_each_file_under_its_path(tmp_path: Path) -> None:
    for path in ("a/flow.bpmn", "b/flow.bpmn", "b/pom.xml"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(path)

    found = read_sources(tmp_path)

    assert dict(found.files) == {path: path.encode() for path in ("a/flow.bpmn", "b/flow.bpmn")}


def test_what_is_in_a_zip_is_read_and_the_rest_is_counted(tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(
        zipped({"flows/a.bpmn": b"a", "__MACOSX/a.bpmn": b"x", "README": b"r"})
    )

    found = read_sources(tmp_path / "all.zip")

    assert dict(found.files) == {"flows/a.bpmn": b"a"}
    assert found.left_out == 1


def test_tables_of_one_name_in_two_folders_come_along_both() -> None:
    tables = {"a/rate.dmn": b"<a/>", "b/rate.dmn": b"<b/>"}

    (service,) = converted({"grant.bpmn": drawing(line('<userTask id="a"/>')), **tables}).services

    assert [service.files[name] for name in ("rate.dmn", "b_rate.dmn")] == [b"<a/>", b"<b/>"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([("a.bpmn", bytes(MAX_FILE_BYTES + 1))], "import_too_large"),
        ([(f"{number}.bpmn", b"") for number in range(MAX_FILES + 1)], "import_too_large"),
        ([("a.zip", zipped({"a.bpmn": bytes(MAX_FILE_BYTES + 1)}))], "import_too_large"),
        ([("a.zip", b"no zip")], "not_a_zip"),
        ([("a.zip", zipped({"a.bpmn": b"a"})[:-30])], "not_a_zip"),
        ([("a.png", b"a")], "nothing_to_import"),
        ([], "nothing_to_import"),
    ],
)
def test_what_is_too_much_or_nothing_is_refused(given: list[tuple[str, bytes]], code: str) -> None:
    with pytest.raises(InvalidInput, match="Expected") as raised:
        gather(given)

    assert raised.value.code == code
