"""Shared parts: what a service names is taken in with what that names, and nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definitions import Bundle, Definition, compile_bundle, read_folder, read_zip
from engine.definitions.shared import take_in

from ..engine.bundles import ANY_FORM, GROUPS, bundle, chain, diagram, node, small_body, user_task
from .gate import errors_of

BEGIN, END = node("startEvent", "begin"), node("endEvent", "done")
CALL = (
    BEGIN
    + node("callActivity", "go", attributes='calledElement="visit"')
    + END
    + chain("begin", "go", "done")
)
VISIT = diagram(
    '<bpmn:extensionElements><linbang:deadline id="visit_limit" kind="internal" limit="5 WD"/></bpmn:extensionElements>'
    + small_body("visit", user_task("look", form="seen", letter="report", notice="told"), "look"),
    key="visit",
    process="",
)
DECISIONS = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
<decision id="worth" name="worth"><literalExpression><text>1</text></literalExpression></decision></definitions>"""
TABLE = '<bpmn:businessRuleTask id="weigh"><bpmn:extensionElements><spiffworkflow:calledDecisionId>worth</spiffworkflow:calledDecisionId></bpmn:extensionElements></bpmn:businessRuleTask>'


def words(language: str) -> bytes:
    """Words of shared parts, of those that nobody takes in too."""
    return yaml.safe_dump(
        {
            "service": {"name": "never"},
            "processes": {"visit": f"visit {language}", "unused": "never"},
            "elements": {
                key: {"name": f"{key} {language}"} for key in ("visit_in", "look", "visit_out", "unused")
            },
            "deadlines": {"visit_limit": "limit", "other_limit": "never"},
            "forms": {"seen": {"title": f"seen {language}", "fields": {}}, "unused": {"title": "never"}},
            "letters": {
                "report": {"title": f"report {language}"},
                "closing": {"body": "end"},
                "unused": {"title": "never"},
            },
            "notices": {"told": {"sms": f"told {language}"}, "unused": {"sms": "never"}},
            "reasons": {"why": "never"},
            "units": {"m": "metre"},
        }
    ).encode()


SHARED = {
    "visit.bpmn": VISIT,
    "unused.bpmn": diagram(small_body("unused", "" ), key="unused", process=""),
    "seen.form.json": ANY_FORM,
    "unused.form.json": ANY_FORM,
    "letters/report.html": b'<p>Report</p>{% include "closing.html" %}',
    "letters/closing.html": b'{{ words("closing").body }}',
    "letters/unused.html": b"never",
    "worth.dmn": DECISIONS,
    "texts.zh.yaml": words("zh"),
    "texts.en.yaml": words("en"),
    "notices.yaml": b"told: {sms: phone}\nunused: {sms: phone}\n",
    "pauses.yaml": b"ill: {basis: law, name: {zh: a, en: b}}\nunused: {basis: law, name: {zh: a, en: b}}\n",
    "README.md": b"for people",
}  # fmt: skip


@pytest.fixture
def processes(tmp_path: Path) -> Path:
    """A folder of services beside its shared parts."""
    for path, content in SHARED.items():
        file = tmp_path / "shared" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return tmp_path


def put(processes: Path, service: Bundle) -> Bundle:
    """Lay a service into the folder and read it back."""
    for path, content in service.files.items():
        file = processes / service.key / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return read_folder(processes / service.key)


def compiled(service: Bundle) -> Definition:
    definition, problems = compile_bundle(service, GROUPS)
    assert definition is not None, problems
    assert problems == []
    return definition


def taken(service: Bundle) -> set[str]:
    return {path.removeprefix("shared/") for path in service.files if path.startswith("shared/")}


def test_a_part_comes_with_everything_that_it_names(processes: Path) -> None:
    service = put(processes, bundle(CALL))

    assert taken(service) == {
        "visit.bpmn",
        "seen.form.json",
        "letters/report.html",
        "letters/closing.html",
        "notices.yaml",
        "texts.zh.yaml",
        "texts.en.yaml",
    }
    definition = compiled(service)
    assert definition.processes == {"t": "t.bpmn", "visit": "shared/visit.bpmn"}
    assert definition.elements["look"].file == "shared/visit.bpmn"
    assert set(definition.notices) == {"told"}


def test_a_service_that_names_no_part_takes_none_in(processes: Path) -> None:
    service = put(processes, bundle(BEGIN + END + chain("begin", "done")))

    assert taken(service) <= {"texts.zh.yaml", "texts.en.yaml"}
    assert all(yaml.safe_load(service.files[f"shared/{path}"]).keys() == {"units"} for path in taken(service))


PROMISE = '<linbang:deadline id="limit" kind="promised" limit="5 WD"/>'


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (user_task("ask", form="seen"), "seen.form.json"),
        (user_task("ask", letter="report"), "letters/closing.html"),
        (user_task("ask", inner=f'{PROMISE}<linbang:pause reason="ill"/>'), "pauses.yaml"),
        (user_task("ask", notice="told"), "notices.yaml"),
        (TABLE.replace("weigh", "ask"), "worth.dmn"),
    ],
)
def test_a_form_letter_pause_notice_or_decision_can_be_taken_in_by_itself(
    processes: Path, body: str, part: str
) -> None:
    service = put(processes, bundle(BEGIN + body + END + chain("begin", "ask", "done")))

    assert part in taken(service)
    assert "visit.bpmn" not in taken(service)
    assert compiled(service).elements["ask"].id == "ask"


def test_only_what_is_named_is_kept_of_texts_pauses_and_notices(processes: Path) -> None:
    service = put(processes, bundle(CALL))
    kept = yaml.safe_load(service.files["shared/texts.en.yaml"])

    assert "never" not in service.files["shared/texts.en.yaml"].decode()
    assert set(kept["letters"]) == {"report", "closing"}
    assert set(yaml.safe_load(service.files["shared/notices.yaml"])) == {"told"}


def test_a_change_of_a_part_is_a_new_version_of_those_alone_that_use_it(processes: Path) -> None:
    using, other = bundle(CALL), bundle(BEGIN + END + chain("begin", "done"), key="other")
    before = put(processes, using).digest, put(processes, other).digest
    report = processes / "shared" / "letters" / "report.html"
    report.write_bytes(report.read_bytes() + b"!")
    texts = processes / "shared" / "texts.en.yaml"
    texts.write_text(texts.read_text("utf-8").replace("report en", "report EN"), "utf-8")

    after = read_folder(processes / "t").digest, read_folder(processes / "other").digest

    assert after[0] != before[0]
    assert after[1] == before[1]


def test_the_service_s_own_words_win_one_by_one(processes: Path) -> None:
    service = bundle(CALL)
    own = yaml.safe_load(service.files["texts.en.yaml"])
    own["elements"]["look"] = {"instructions": "Look twice."}
    files = {**service.files}
    for name in ("texts.zh.yaml", "texts.en.yaml"):
        files[name] = yaml.safe_dump(own).encode()

    texts = compiled(put(processes, Bundle("t", files))).texts

    assert texts.get("en", "elements", "look", "instructions") == "Look twice."
    assert texts.get("en", "elements", "look", "name") == "look en"


def test_own_notices_and_pauses_win_entry_by_entry(processes: Path) -> None:
    service = bundle(CALL, notices__yaml=b"told: {sms: other_phone}\n")

    assert compiled(put(processes, service)).notices["told"].sms == "other_phone"


@pytest.mark.parametrize(("name", "content"), [("visit__bpmn", VISIT), ("seen__form__json", ANY_FORM)])
def test_a_file_of_the_name_of_a_part_that_is_taken_in_is_refused(
    processes: Path, name: str, content: bytes
) -> None:
    service = put(processes, bundle(CALL, **{name: content}))

    assert [code for code, _ in errors_of(service)] == ["shadows_shared"]


def test_a_file_of_the_name_of_a_part_that_is_not_taken_in_is_its_own(processes: Path) -> None:
    service = put(processes, bundle(CALL, unused__form__json=ANY_FORM))

    assert compiled(service).forms.keys() == {"any", "seen", "unused"}


def test_a_zip_keeps_the_parts_that_it_holds(processes: Path) -> None:
    """Given a version with its parts, when the folder has changed since, then the zip has not."""
    service = put(processes, bundle(CALL))
    shutil.rmtree(processes / "shared")

    again = read_zip(service.to_zip(), shared={"visit.bpmn": b"another"})

    assert again.digest == service.digest
    assert compiled(again).elements["look"].file == "shared/visit.bpmn"


def test_a_zip_without_parts_takes_them_in_from_the_installation() -> None:
    plain = bundle(CALL).to_zip()

    assert "shared/visit.bpmn" in read_zip(plain, shared=SHARED).files
    assert [code for code, _ in errors_of(read_zip(plain))] == ["process_unknown"]


def test_parts_that_call_each_other_are_taken_in_once() -> None:
    """A circle among parts ends, and the check says that it is one."""
    round_trip = VISIT.replace(
        b'<bpmn:userTask id="look"',
        b'<bpmn:callActivity id="again" calledElement="visit"/><bpmn:userTask id="look"',
    )
    parts = take_in(bundle(CALL).files, {"visit.bpmn": round_trip})

    assert list(parts) == ["shared/visit.bpmn"]


@pytest.mark.parametrize(
    "name",
    ["visit.bpmn", "seen.form.json", "texts.en.yaml", "notices.yaml", "worth.dmn", "letters/report.html"],
)
@settings(deadline=None)
@given(content=st.binary(max_size=60))
def test_whatever_stands_in_a_shared_file_reading_goes_on(name: str, content: bytes) -> None:
    """A broken part is left for the check to find; taking in never falls over."""
    parts = take_in(bundle(CALL).files, {**SHARED, name: content})

    assert all(path.startswith("shared/") for path in parts)


def test_a_broken_shared_file_is_named_by_the_check(processes: Path) -> None:
    (processes / "shared" / "texts.en.yaml").write_text("a: [", "utf-8")
    (processes / "shared" / "seen.form.json").write_text("{", "utf-8")

    _, problems = compile_bundle(put(processes, bundle(CALL)), GROUPS)

    found = {(problem.file, problem.code) for problem in problems}
    assert {("shared/texts.en.yaml", "yaml_broken"), ("shared/seen.form.json", "json_broken")} <= found


def test_a_letter_that_includes_what_is_not_there_is_refused(processes: Path) -> None:
    (processes / "shared" / "letters" / "closing.html").unlink()

    assert errors_of(put(processes, bundle(CALL))) == [("letter_include_unknown", None)]


def included(*components: dict[str, object]) -> bytes:
    return json.dumps({"type": "default", "components": list(components)}).encode()


def test_a_shared_form_is_included_with_its_words(processes: Path) -> None:
    person = included({"type": "textfield", "key": "family", "label": "姓"})
    (processes / "shared" / "person.form.json").write_bytes(person)
    texts = processes / "shared" / "texts.en.yaml"
    found = yaml.safe_load(texts.read_bytes())
    found["forms"]["person"] = {
        "fields": {"family": {"label": "Family name"}},
        "problems": {"twice": "Twice"},
    }
    texts.write_bytes(yaml.safe_dump(found).encode())
    group = {"type": "group", "id": "who", "properties": {"linbang:includes": "person"}, "components": []}
    asking = BEGIN + user_task("ask", form="own") + END + chain("begin", "ask", "done")

    definition = compiled(put(processes, bundle(asking, own__form__json=included(group))))

    assert definition.forms["own"]["components"][0]["components"][0]["key"] == "family"
    assert definition.texts.get("en", "forms", "own", "fields", "family", "label") == "Family name"
    assert definition.texts.get("zh", "forms", "own", "fields", "family", "label") == "姓"
    assert definition.texts.section("en", "forms", "own", "problems") == {"twice": "Twice"}
