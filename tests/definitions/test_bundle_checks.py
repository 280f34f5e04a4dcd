"""The files of a bundle: what is not XML, JSON, YAML or a zip is said in words, with the file and the line."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from types import MappingProxyType

import pytest

from engine.definitions import Bundle, read_folder, read_groups, read_zip
from engine.errors import InvalidInput

from ..engine.bundles import bundle, start_and_end, user_task
from .gate import errors_of, problems_of

GOOD = bundle(user_task("ask") + start_and_end("ask"))


def with_file(path: str, content: bytes | None) -> Bundle:
    files = dict(GOOD.files)
    if content is None:
        del files[path]
    else:
        files[path] = content
    return Bundle("t", MappingProxyType(files))


DOCTYPE = b'<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>'
DEEP = b"<a>" * 100 + b"</a>" * 100
WIDE = b"<a>" + b"<b/>" * 60_000 + b"</a>"
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]><x>&c;</x>'
EXTERNAL = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>'


@pytest.mark.parametrize(
    ("path", "content", "code"),
    [
        ("t.bpmn", b"<bpmn", "xml_broken"),
        ("t.bpmn", b"", "xml_broken"),
        ("t.bpmn", b"\xff\xfe\x00", "xml_broken"),
        ("t.bpmn", DOCTYPE, "xml_doctype"),
        ("t.bpmn", EXTERNAL, "xml_doctype"),
        ("t.bpmn", LAUGHS, "xml_doctype"),
        ("t.bpmn", DEEP, "xml_too_large"),
        ("t.bpmn", WIDE, "xml_too_large"),
        ("t.bpmn", b"<x/>", "not_bpmn"),
        ("t.bpmn", None, "main_missing"),
        ("any.form.json", b"{", "json_broken"),
        ("any.form.json", b"[" * 100_000, "json_broken"),
        ("any.form.json", b"\xff", "json_broken"),
        ("texts.zh.yaml", None, "texts_missing"),
        ("texts.zh.yaml", b"a: [", "yaml_broken"),
        ("texts.zh.yaml", b"- a", "yaml_not_a_mapping"),
        ("texts.zh.yaml", b"? \n: a", "yaml_not_a_mapping"),
        ("texts.zh.yaml", b"\xff\xff", "yaml_broken"),
        ("texts.zh.yaml", b"elements: 5", "text_missing"),
        ("pauses.yaml", b"a: {basis: x}", "pause_incomplete"),
        ("pauses.yaml", b"a: 5", "pause_incomplete"),
    ],
)
def test_it_refuses_a_broken_file_and_names_it(path: str, content: bytes | None, code: str) -> None:
    found = [problem for problem in problems_of(with_file(path, content)) if problem.code == code]

    assert found
    assert {problem.file for problem in found} == {path}
    assert errors_of(with_file(path, content))


def test_a_word_that_is_missing_in_one_language_is_named(tmp_path: Path) -> None:
    texts = GOOD.files["texts.en.yaml"].replace(b"ask:\n    name: ask", b"ask:\n    nickname: ask")

    (problem,) = problems_of(with_file("texts.en.yaml", texts))

    assert (problem.code, problem.file) == ("text_missing", "texts.en.yaml")
    assert "elements.ask.name" in problem.message


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"no zip", "not_a_zip"),
        (b"", "not_a_zip"),
        (zipped(**{"t.bpmn": b""}), "bad_path"),
        (zipped(**{"../t.bpmn": b""}), "bad_path"),
        (zipped(**{"t/../../t.bpmn": b""}), "bad_path"),
        (zipped(**{"/t/t.bpmn": b""}), "bad_path"),
        (zipped(**{"t\\x/t.bpmn": b""}), "bad_path"),
        (zipped(**{"t/a": b"", "u/a": b""}), "not_one_folder"),
        (zipped(), "not_one_folder"),
        (zipped(**{f"t/{number}": b"" for number in range(400)}), "bundle_too_large"),
        (zipped(**{"t/a": bytes(6 * 1024 * 1024)}), "bundle_too_large"),
        (zipped(**{f"t/{number}": bytes(4 * 1024 * 1024) for number in range(6)}), "bundle_too_large"),
    ],
)
def test_it_refuses_a_zip_that_is_none_too_large_or_leads_outside(content: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_zip(content)

    assert caught.value.code == code


def test_a_zip_that_lies_about_its_sizes_is_not_believed() -> None:
    """What is unpacked is counted, not what the directory says."""
    content = bytearray(zipped(**{"t/a": bytes(1024)}))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")

    with pytest.raises(InvalidInput) as caught:
        read_zip(bytes(content))

    assert caught.value.code == "not_a_zip"


def test_it_reads_a_folder_and_leaves_hidden_files_out(tmp_path: Path) -> None:
    folder = tmp_path / "t"
    (folder / "letters").mkdir(parents=True)
    (folder / ".git").mkdir()
    for name in ("t.bpmn", "letters/a.html", ".git/x", ".hidden"):
        (folder / name).write_bytes(b"x")

    assert sorted(read_folder(folder).files) == ["letters/a.html", "t.bpmn"]


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_folder(tmp_path / "nothing")

    assert caught.value.code == "not_a_folder"


@pytest.mark.parametrize(
    "content", [b"a: 1", b"a: {level: moon, name: {zh: a, en: a}}", b"a: {level: district, name: {zh: a}}"]
)
def test_groups_need_a_level_and_names(content: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_groups(content)

    assert caught.value.code == "group_incomplete"
