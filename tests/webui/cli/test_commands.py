"""The commands as programs call them: one JSON document, an exit code that can be trusted."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from webui.cli import main

PROCESSES = Path(__file__).resolve().parents[3] / "processes"


@pytest.fixture
def run(tmp_path: Path):
    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments), env={"LINBANG_DATA_DIR": str(tmp_path / "data")})

    return call


@pytest.fixture
def allowance(tmp_path: Path) -> Path:
    """A copy of the service that a test may break."""
    shutil.copy(PROCESSES / "groups.yaml", tmp_path)
    shutil.copytree(PROCESSES / "shared", tmp_path / "shared")
    return Path(
        shutil.copytree(PROCESSES / "minimum_living_allowance", tmp_path / "minimum_living_allowance")
    )


def test_check_finds_nothing_in_a_sound_service(run, allowance: Path) -> None:
    result = run("check", str(allowance), "--json")

    assert result.exit_code == 0
    assert json.loads(result.output) == {"ok": True, "problems": []}


def test_check_names_file_line_element_and_reason_of_every_problem(run, allowance: Path) -> None:
    """Given a service broken in three files, when it is checked, then all three are told at once."""
    diagram = allowance / "minimum_living_allowance.bpmn"
    diagram.write_text(
        diagram.read_text("utf-8").replace('linbang:form="payment"', 'linbang:form="paymnt"'), "utf-8"
    )
    (allowance / "payment.form.json").write_text("{", "utf-8")
    (allowance / "texts.en.yaml").unlink()

    result = run("check", str(allowance), "--json")
    problems = json.loads(result.output)["problems"]

    assert result.exit_code == 1
    assert {"form_unknown", "json_broken", "texts_missing"} <= {problem["code"] for problem in problems}
    (unknown,) = [problem for problem in problems if problem["code"] == "form_unknown"]
    line = unknown["line"]
    assert unknown["file"] == "minimum_living_allowance.bpmn"
    assert 'linbang:form="paymnt"' in diagram.read_text("utf-8").splitlines()[line - 1]
    assert unknown["element"] == "start_payment"
    assert unknown["severity"] == "error"
    assert "paymnt" in unknown["message"]


def test_check_tells_problems_in_chinese_with_line_and_column(run, allowance: Path) -> None:
    """The codes and places stay as they are, so that both languages can be read beside each other."""
    diagram = allowance / "minimum_living_allowance.bpmn"
    diagram.write_text(
        diagram.read_text("utf-8").replace('linbang:form="payment"', 'linbang:form="paymnt"'), "utf-8"
    )

    result = run("check", str(allowance), "--language", "zh")

    (line,) = [one for one in result.output.splitlines() if "form_unknown" in one]
    assert re.match(r"minimum_living_allowance\.bpmn:\d+:\d+: 错误: 没有“paymnt”这个表单。 ", line)


@pytest.fixture
def two_services(allowance: Path) -> Path:
    """A folder of services and shared parts; in the allowance a form is broken, the other service is sound."""
    shutil.copytree(PROCESSES / "active_discovery", allowance.parent / "active_discovery")
    (allowance / "payment.form.json").write_text("{", "utf-8")
    return allowance.parent


def test_check_goes_through_every_service_of_a_folder(run, two_services: Path) -> None:
    result = run("check", str(two_services))
    lines = result.output.splitlines()

    assert result.exit_code == 1
    assert lines[0] == "active_discovery: ready to deploy"
    assert lines[-1] == "minimum_living_allowance: has errors"
    assert any(line.startswith("minimum_living_allowance/payment.form.json:1: error: ") for line in lines)


def test_check_says_of_which_service_a_problem_is(run, two_services: Path) -> None:
    result = run("check", str(two_services), "--json")
    found = json.loads(result.output)

    assert (result.exit_code, found["ok"]) == (1, False)
    assert {problem["service"] for problem in found["problems"]} == {"minimum_living_allowance"}


def test_check_is_content_when_all_services_of_a_folder_are_sound(run, allowance: Path) -> None:
    result = run("check", str(allowance.parent))

    assert (result.exit_code, result.output) == (0, "minimum_living_allowance: ready to deploy\n")


@pytest.mark.parametrize("command", ["check", "test"])
def test_shared_parts_are_no_service(run, allowance: Path, command: str) -> None:
    result = run(command, str(allowance.parent / "shared"))

    assert result.exit_code == 2
    (sentence,) = result.output.splitlines()
    assert sentence.endswith("holds shared parts, which are checked with the services that take them in")


def test_check_says_what_a_folder_lacks_to_be_a_service(run, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    begun.mkdir()
    shutil.copy(PROCESSES / "groups.yaml", tmp_path)

    result = run("check", str(begun), "--json")

    assert result.exit_code == 1
    assert "texts_missing" in {problem["code"] for problem in json.loads(result.output)["problems"]}


def test_deploy_changes_nothing_when_there_are_errors(run, allowance: Path) -> None:
    assert run("deploy", str(allowance), "--without-stories", "--json").exit_code == 0
    (allowance / "allowance.dmn").write_text("<broken", "utf-8")

    refused = run("deploy", str(allowance), "--without-stories", "--json")
    (allowance / "allowance.dmn").write_bytes(
        (PROCESSES / "minimum_living_allowance" / "allowance.dmn").read_bytes()
    )
    again = run("deploy", str(allowance), "--without-stories", "--json")

    assert refused.exit_code == 1
    assert json.loads(refused.output)["ok"] is False
    assert json.loads(again.output)["version"] == 1


def test_deploy_numbers_the_versions(run, allowance: Path) -> None:
    run("deploy", str(allowance), "--without-stories")
    readme = allowance / "README.md"
    readme.write_text(readme.read_text("utf-8") + "\nOne more line.\n", "utf-8")

    result = run("deploy", str(allowance), "--without-stories", "--json", "--note", "a line")

    assert json.loads(result.output)["version"] == 2


def test_a_zip_takes_the_shared_parts_in_that_it_does_not_hold(run, allowance: Path, tmp_path: Path) -> None:
    """Given a service zipped as it lies in its folder, when it is checked, then nothing is missing."""
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", allowance.parent, allowance.name)

    assert run("check", packed, "--json").exit_code == 0


def test_connectors_lists_what_an_operation_takes_answers_and_refuses_with(run) -> None:
    found = json.loads(run("connectors", "--json").output)

    assert found["registry.verify_household"]["required"] == ["authorised", "members", "purpose"]
    assert "wage" in found["registry.verify_household"]["answer"]
    assert {"person_unknown", "registry_down"} <= set(found["registry.verify_household"]["errors"])
    assert "registry.verify_household" in run("connectors").output


@pytest.mark.parametrize("name", ["nothing_there", "."])
def test_test_says_when_there_is_no_service_of_that_name(run, tmp_path: Path, monkeypatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)

    result = run("test", name)

    assert result.exit_code == 2
    assert "Expected a service" in result.output


def test_calendar_due_gives_the_golden_date_and_its_ledger(run) -> None:
    """Case 1 of the domain's golden table: accepted on Monday 2 March 2026, twelve working days."""
    result = run("calendar", "due", "--accepted", "2026-03-02T10:15", "--limit", "12WD", "--json")
    found = json.loads(result.output)

    assert found["due_at"] == "2026-03-18T17:00:00+08:00"
    assert found["provisional"] is False
    assert sum(day["counted"] for day in found["ledger"]) == 12


def test_calendar_due_leaves_out_a_pause(run) -> None:
    result = run(
        "calendar", "due", "--accepted", "2026-03-02T10:15", "--limit", "12 WD", "--pause", "2026-03-05T09:00/2026-03-10T09:00", "--json"
    )  # fmt: skip

    assert json.loads(result.output)["due_at"] == "2026-03-23T17:00:00+08:00"


def test_calendar_due_marks_a_year_that_nobody_knows(run) -> None:
    result = run("calendar", "due", "--accepted", "2026-12-21", "--limit", "12WD", "--json")

    assert json.loads(result.output)["provisional"] is True


def test_calendar_due_says_what_it_expected(run) -> None:
    result = run("calendar", "due", "--accepted", "2026-12-21", "--limit", "twelve")

    assert result.exit_code == 2
    assert "Expected" in result.output
    assert "Traceback" not in result.output


def test_feel_computes_exactly(run) -> None:
    result = run("feel", "price * 3", "--context", '{"price": 0.1}', "--json")

    assert json.loads(result.output)["value"] == 0.3


def test_feel_says_where_a_text_is_wrong(run) -> None:
    result = run("feel", "1 +")

    assert result.exit_code == 2
    assert "Expected" in result.output


def test_audit_and_doctor_are_content_with_a_new_installation(run, allowance: Path) -> None:
    run("deploy", str(allowance), "--without-stories")

    assert json.loads(run("audit", "verify", "--json").output) == {"ok": True, "faults": []}
    assert json.loads(run("doctor", "--json").output) == {"ok": True, "differences": []}


def test_a_history_is_compared_with_the_heads_kept_outside(run, allowance: Path, tmp_path: Path) -> None:
    """The anchor of an installation without cases is empty, and an anchor that names another case is a fault."""
    run("deploy", str(allowance), "--without-stories")
    kept = Path(run("audit", "anchor").output.strip())
    assert kept.read_text("utf-8") == ""
    kept.write_text(f"117763474632736768 3 {'ab' * 32}\n", "utf-8")

    result = run("audit", "verify", "--anchor", str(kept), "--json")

    assert result.exit_code == 1
    (fault,) = json.loads(result.output)["faults"]
    assert fault == {"case": "117763474632736768", "seq": 3, "reason": "not as anchored"}
