"""What the words of Camunda 7, Flowable and Activiti become: tasks, calls, forms, clocks, variables, and what is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from engine.definitions import compile_bundle
from engine.errors import InvalidInput
from tests.engine.bundles import GROUPS

from .drawings import ACTIVITI, CAMUNDA, FLOWABLE, codes, converted, drawing, imported, line
from .driver import bundle_of

ENGINES = pytest.mark.parametrize("namespace", [CAMUNDA, FLOWABLE, ACTIVITI])


def drawn(service: Any) -> str:
    return service.files["grant.bpmn"].decode()


def form(service: Any, name: str) -> list[dict[str, Any]]:
    components: list[dict[str, Any]] = json.loads(service.files[f"{name}.form.json"])["components"]
    return components


def assert_runs(service: Any) -> None:
    definition, problems = compile_bundle(bundle_of(service), GROUPS)
    assert definition is not None, problems


@ENGINES
def test_a_known_group_does_the_task_and_others_are_told(namespace: str) -> None:
    known = imported('<userTask id="a" x:candidateGroups="managers, reviewer"/>', namespace=namespace)
    unknown = imported('<userTask id="a" x:candidateGroups="managers"/>', namespace=namespace)

    assert 'linbang:candidateGroup="reviewer"' in drawn(known)
    assert codes(known) == {}
    assert 'linbang:candidateGroup="clerk"' in drawn(unknown)
    assert codes(unknown) == {"group_unknown": "a"}
    assert_runs(known)
    assert_runs(unknown)


@ENGINES
def test_fields_that_are_drawn_become_a_form(namespace: str) -> None:
    fields = (
        '<x:formField id="amount" label="Amount" type="long"><x:validation><x:constraint name="min" config="1"/>'
        '<x:constraint name="required"/></x:validation></x:formField>'
        '<x:formField id="kind" type="enum"><x:value id="old" name="Old age"/><x:value id="ill" name="Illness"/></x:formField>'
        '<x:formField id="home" type="boolean"/>'
    )
    service = imported(
        f'<userTask id="a"><extensionElements><x:formData>{fields}</x:formData></extensionElements></userTask>',
        namespace=namespace,
    )

    amount, kind, home = form(service, "a")
    assert (amount["type"], amount["validate"]) == ("number", {"min": 1, "required": True})
    assert kind["values"] == [{"value": "old", "label": "Old age"}, {"value": "ill", "label": "Illness"}]
    assert home["type"] == "checkbox"
    assert_runs(service)


def test_a_form_without_fields_asks_what_is_decided_behind_its_task() -> None:
    body = (
        '<startEvent id="begin"/><userTask id="a" x:formKey="embedded:app:forms/check.html"/><exclusiveGateway id="g" default="no"/>'
        '<endEvent id="yes_end"/><endEvent id="no_end"/>'
        '<sequenceFlow id="f1" sourceRef="begin" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="g"/>'
        '<sequenceFlow id="yes" sourceRef="g" targetRef="yes_end"><conditionExpression>'
        "${kind == 'urgent'}</conditionExpression></sequenceFlow>"
        '<sequenceFlow id="no" sourceRef="g" targetRef="no_end"/>'
    )
    (service,) = converted({"grant.bpmn": drawing(body)}).services

    (kind,) = form(service, "check")
    assert [option["value"] for option in kind["values"]] == ["otherwise", "urgent"]
    assert_runs(service)


@ENGINES
def test_a_call_of_code_names_an_operation_that_a_connector_has_to_offer(namespace: str) -> None:
    service = imported(
        '<serviceTask id="a" x:expression="${ledger.book(amount, \'now\')}" x:resultVariable="receipt"/>',
        '<serviceTask id="b" x:delegateExpression="${sendLetter}"/>',
        '<serviceTask id="c" x:class="org.example.Print"><extensionElements>'
        '<x:field name="copies" stringValue="2"/></extensionElements></serviceTask>',
        '<serviceTask id="d" x:type="external" x:topic="check-address"/>',
        namespace=namespace,
    )

    assert service.operations == {"ledger.book", "sendLetter.execute", "java.Print", "topic.check_address"}
    assert 'resultVariable="receipt"' in drawn(service)
    assert '<spiffworkflow:parameter id="copies" value="&quot;2&quot;"/>' in drawn(service)
    assert [note.element for note in service.notes if note.code == "connector_needed"] == ["a", "b", "c", "d"]
    assert_runs(service)


def test_variables_that_are_mapped_are_set_when_the_element_is_entered_and_left() -> None:
    mapping = (
        '<x:inputOutput><x:inputParameter name="days">${urgent == true ? 1 : 10}</x:inputParameter>'
        '<x:outputParameter name="seen">${true}</x:outputParameter></x:inputOutput>'
    )
    service = imported(f'<userTask id="a"><extensionElements>{mapping}</extensionElements></userTask>')

    assert '<linbang:assign name="days" value="(if urgent = true then 1 else 10)" when="entering"/>' in drawn(
        service
    )
    assert '<linbang:assign name="seen" value="true" when="leaving"/>' in drawn(service)
    assert_runs(service)


def test_a_called_process_comes_along_and_one_that_is_missing_is_done_by_people() -> None:
    calls = line(
        '<callActivity id="a" calledElement="check"/>', '<callActivity id="b" calledElement="elsewhere"/>'
    )
    sources = {"grant.bpmn": drawing(calls), "check.bpmn": drawing(line('<userTask id="a"/>'), key="check")}

    (service,) = converted(sources).services

    assert service.key == "grant"
    assert {"grant.bpmn", "check.bpmn"} <= service.files.keys()
    assert codes(service) == {"process_missing": "b"}
    assert_runs(service)


@pytest.mark.parametrize(
    ("node", "code"),
    [
        ('<scriptTask id="a" scriptFormat="groovy"><script>println 1</script></scriptTask>', "script_foreign"),
        ('<userTask id="a" x:assignee="${initiator}"/>', "assignee"),
        ('<userTask id="a" x:dueDate="${deadline}"/>', "due_date"),
        ('<userTask id="a"><extensionElements><x:taskListener event="create" class="A"/></extensionElements></userTask>', "listener_foreign"),
        ('<businessRuleTask id="a" x:decisionRef="rate"/>', "decision_missing"),
        ('<serviceTask id="a"/>', "service_unknown"),
        ('<intermediateCatchEvent id="a"><timerEventDefinition><timeCycle>0 0 9 * * ?</timeCycle></timerEventDefinition></intermediateCatchEvent>', "timer_foreign"),
        ('<userTask id="a" x:wonder="1"/>', "attribute_unknown"),
        ('<userTask id="a"><extensionElements><x:wonder/></extensionElements></userTask>', "extension_unknown"),
    ],
)  # fmt: skip
def test_what_needs_a_hand_is_told_with_its_element_and_line(node: str, code: str) -> None:
    service = imported(node)

    assert codes(service) == {code: "a"}
    (note,) = [note for note in service.notes if note.code == code]
    assert (note.file, note.line) == ("grant.bpmn", 4)


def test_a_script_of_another_language_is_refused_by_the_gate_and_never_skipped() -> None:
    service = imported('<scriptTask id="a" scriptFormat="groovy"><script>def x = 1</script></scriptTask>')

    definition, problems = compile_bundle(bundle_of(service), GROUPS)

    assert definition is None
    assert ("script_foreign", "a") in [(problem.code, problem.element) for problem in problems]


def test_lanes_that_are_no_groups_are_taken_away_and_told() -> None:
    lanes = (
        '<laneSet id="lanes"><lane id="reviewer"><flowNodeRef>a</flowNodeRef></lane>'
        '<lane id="bosses" name="Bosses"><flowNodeRef>b</flowNodeRef></lane></laneSet>'
    )
    body = lanes + line('<userTask id="a"/>', '<userTask id="b"/>')

    (service,) = converted({"grant.bpmn": drawing(body)}).services

    assert codes(service) == {"lane_unknown": "bosses"}
    definition, _problems = compile_bundle(bundle_of(service), GROUPS)
    assert definition is not None
    assert [definition.elements[one].group for one in ("a", "b")] == ["reviewer", "clerk"]


def test_a_due_date_in_days_is_a_clock() -> None:
    service = imported('<userTask id="a" x:dueDate="${dateTime().plusDays(5).toDate()}"/>')

    assert '<linbang:deadline id="due_a" kind="internal" limit="5 D"/>' in drawn(service)
    assert_runs(service)


def test_timers_and_loops_speak_feel() -> None:
    service = imported(
        '<intermediateCatchEvent id="a"><timerEventDefinition><timeDuration>${waiting}</timeDuration></timerEventDefinition></intermediateCatchEvent>',
        '<userTask id="b"><multiInstanceLoopCharacteristics x:collection="members" x:elementVariable="member"/></userTask>',
    )

    assert "<timeDuration>= waiting</timeDuration>" in drawn(service).replace("bpmn:", "")
    assert "loopDataInputRef>members<" in drawn(service)
    assert_runs(service)


def test_ids_that_are_reserved_are_given_others_everywhere() -> None:
    body = line('<userTask id="a"/>').replace('"begin"', '"Start"').replace('"done"', '"End"')
    (service,) = converted({"grant.bpmn": drawing(body)}).services

    assert 'sourceRef="grant_Start"' in drawn(service)
    assert_runs(service)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"no xml", "xml_broken"),
        (b"<a/>", "no_process"),
        (drawing("", key="../../etc/x"), "id_unusable"),
        (drawing("", namespace="http://camunda.org/schema/zeebe/1.0"), "dialect_unknown"),
        (drawing("").replace(b'"true"', b'"false"'), "nothing_executable"),
        (b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "xml_doctype"),
    ],
)
def test_a_file_of_which_nothing_can_be_made_is_told(content: bytes, code: str) -> None:
    found = converted({"grant.bpmn": content})

    assert found.services == ()
    assert [note.code for note in found.notes] == [code]


def test_both_languages_have_the_words_and_it_is_told_which_are_to_be_translated() -> None:
    service = imported('<userTask id="a" name="审核申请"/>')

    assert 'linbang:language="zh"' in drawn(service)
    words = [
        yaml.safe_load(service.files[f"texts.{one}.yaml"])["elements"]["a"]["name"] for one in ("zh", "en")
    ]
    assert words == ["审核申请", "审核申请"]
    (note,) = [note for note in service.notes if note.code == "translate"]
    assert "texts.en.yaml" in note.message


@pytest.mark.parametrize("wrong", [{"group": "nobody"}, {"language": "fr"}])
def test_a_group_or_language_that_is_not_there_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="Expected"):
        converted({"grant.bpmn": drawing(line('<userTask id="a"/>'))}, **wrong)
