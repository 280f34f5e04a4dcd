"""What differs between two versions of a service, told in parts that a designer knows."""

from __future__ import annotations

import json
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from engine.definitions import Bundle
from engine.definitions.difference import MAX_PARTS, Change, FileDifference, Part, difference

from ..engine.bundles import bundle, chain, flow, node, script, start_and_end, timer, user_task

RULES = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d">
<decision id="award" name="award"><decisionTable hitPolicy="FIRST">
<input label="Size"><inputExpression><text>size</text></inputExpression></input><output name="amount"/>
{}</decisionTable></decision></definitions>"""


def rule(key: str, size: str, amount: str) -> str:
    return (
        f'<rule id="{key}"><inputEntry><text>{size}</text></inputEntry>'
        f"<outputEntry><text>{amount}</text></outputEntry></rule>"
    )


def rules(*rows: str) -> bytes:
    return RULES.format("".join(rows)).encode()


def form(*fields: dict) -> bytes:
    return json.dumps({"type": "default", "components": list(fields)}).encode()


def field(key: str, **more: object) -> dict:
    return {"type": "textfield", "key": key, "label": key.title(), **more}


def with_files(service: Bundle, **files: bytes | None) -> Bundle:
    changed = {**service.files, **{name.replace("__", "."): content for name, content in files.items()}}
    kept = {name: content for name, content in changed.items() if content is not None}
    return Bundle(service.key, MappingProxyType(kept))


def service(body: str = "", **files: bytes) -> Bundle:
    return bundle(body or user_task("review") + start_and_end("review"), **files)


def file_of(old: Bundle | None, new: Bundle, file: str = "t.bpmn") -> FileDifference:
    (found,) = [one for one in difference(old, new).files if one.file == file]
    return found


def parts_of(old: Bundle, new: Bundle, file: str = "t.bpmn") -> dict[str, Part]:
    return {part.id: part for part in file_of(old, new, file).parts}


def test_a_version_does_not_differ_from_itself() -> None:
    assert difference(service(), service()).same


def test_it_names_the_files_that_came_and_went() -> None:
    old = with_files(service(), old__html=b"x")
    new = with_files(service(), new__html=b"x")

    found = {one.file: one.status for one in difference(old, new).files}

    assert found == {"old.html": "removed", "new.html": "added"}


def test_everything_of_a_new_service_is_new() -> None:
    found = difference(None, service())

    assert {one.status for one in found.files} == {"added"}
    assert len(found.files) == len(service().files)


def test_it_names_the_elements_that_came_and_went() -> None:
    old = service(user_task("review") + user_task("sign") + start_and_end("review", "sign"))
    new = service(user_task("review") + user_task("visit") + start_and_end("review", "visit"))

    found = {key: part.status for key, part in parts_of(old, new).items() if part.kind == "userTask"}

    assert found == {"visit": "added", "sign": "removed"}


def test_it_says_what_a_renamed_element_was_called() -> None:
    def named(name: str) -> Bundle:
        return service(
            user_task("review").replace("<bpmn:userTask", f'<bpmn:userTask name="{name}"')
            + start_and_end("review")
        )

    part = parts_of(named("Check"), named("Review"))["review"]

    assert part.name == "Review"
    assert part.changes == (Change("name", "", "Check", "Review"),)


def test_it_says_what_is_declared_otherwise() -> None:
    old = service(user_task("review", form="a") + start_and_end("review"))
    new = service(user_task("review", "district", form="b", secondSigner="true") + start_and_end("review"))

    assert set(parts_of(old, new)["review"].changes) == {
        Change("candidateGroup", "", "reviewer", "district"),
        Change("form", "", "a", "b"),
        Change("secondSigner", "", None, "true"),
    }


def test_it_says_how_a_limit_changed_and_of_which_clock() -> None:
    def limited(limit: str) -> Bundle:
        clocks = (
            f'<linbang:deadline id="promise" kind="promised" limit="{limit}"/>'
            '<linbang:deadline id="law" kind="statutory" limit="30 WD"/>'
        )
        return service(user_task("review", inner=clocks) + start_and_end("review"))

    part = parts_of(limited("12 WD"), limited("15 WD"))["review"]

    assert part.changes == (Change("deadline.limit", "promise", "12 WD", "15 WD"),)


def test_it_says_how_a_timer_and_a_script_changed() -> None:
    def waiting(span: str, value: str) -> Bundle:
        wait = node("intermediateCatchEvent", "wait", timer(span))
        return service(wait + script("work_out", f"{{x: {value}}}") + start_and_end("wait", "work_out"))

    found = parts_of(waiting("P1D", "1"), waiting("P2D", "2"))

    assert found["wait"].changes == (Change("timerEventDefinition.timeDuration", "", "P1D", "P2D"),)
    assert found["work_out"].changes == (Change("script", "", "{x: 1}", "{x: 2}"),)


def test_it_says_where_a_lane_was_left() -> None:
    def laned(*, moved: bool) -> Bundle:
        lanes = "".join(
            f'<bpmn:lane id="{group}"><bpmn:flowNodeRef>{"review" if at == moved else "begin"}</bpmn:flowNodeRef></bpmn:lane>'
            for group, at in (("reviewer", False), ("district", True))
        )
        return service(
            f"<bpmn:laneSet>{lanes}</bpmn:laneSet>" + user_task("review") + start_and_end("review")
        )

    found = parts_of(laned(moved=False), laned(moved=True))

    assert found["review"].changes == (Change("lane", "", "reviewer", "district"),)
    assert "reviewer" not in found, "a lane does not differ because of what lies in it"


def test_it_says_how_a_condition_changed() -> None:
    def asked(condition: str) -> Bundle:
        ways = flow("q", "yes", condition) + flow("q", "no")
        ends = node("endEvent", "yes") + node("endEvent", "no")
        return service(
            node("startEvent", "begin") + node("exclusiveGateway", "q") + ends + chain("begin", "q") + ways
        )

    (part,) = parts_of(asked("n > 1"), asked("n > 2")).values()

    assert part.kind == "sequenceFlow"
    assert part.changes == (Change("conditionExpression", "", "n > 1", "n > 2"),)


def test_a_flow_that_only_has_another_id_is_the_same_flow() -> None:
    old = service()
    new = with_files(
        old, t__bpmn=old.files["t.bpmn"].replace(b'<bpmn:sequenceFlow id="', b'<bpmn:sequenceFlow id="x_')
    )

    assert new.files != old.files
    assert file_of(old, new).parts == ()


def test_a_flow_that_leads_elsewhere_is_the_same_flow_rerouted() -> None:
    old = service(user_task("one") + user_task("two") + start_and_end("one", "two"))
    drawn = old.files["t.bpmn"]
    new = with_files(old, t__bpmn=drawn.replace(b'targetRef="two"', b'targetRef="done"'))

    (part,) = parts_of(old, new).values()

    assert part.status == "changed"
    assert part.changes == (Change("targetRef", "", "two", "done"),)


def test_it_knows_what_is_only_drawn_elsewhere() -> None:
    def drawn(x: int) -> Bundle:
        picture = (
            '<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
            'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"><bpmndi:BPMNPlane>'
            f'<bpmndi:BPMNShape bpmnElement="review"><dc:Bounds x="{x}" y="0" width="9" height="9"/></bpmndi:BPMNShape>'
            "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"
        )
        plain = service()
        content = plain.files["t.bpmn"].replace(b"</bpmn:definitions>", picture.encode())
        return with_files(plain, t__bpmn=content)

    found = file_of(drawn(10), drawn(20))

    assert found.parts == ()
    assert found.redrawn == 1


def test_it_compares_a_table_row_by_row() -> None:
    old = service(award__dmn=rules(rule("one", "1", "100"), rule("two", "2", "180")))
    new = service(award__dmn=rules(rule("one", "1", "120"), rule("three", "3", "240")))

    found = parts_of(old, new, "award.dmn")

    assert found["award.one"].changes == (Change("cell", "amount", "100", "120"),)
    assert (found["award.three"].name, found["award.three"].status) == ("2", "added")
    assert (found["award.two"].name, found["award.two"].status) == ("2", "removed")


def test_it_says_when_rules_changed_places() -> None:
    """In a table whose first rule wins, that is another decision."""
    one, two = rule("one", "1", "100"), rule("two", "-", "0")

    found = file_of(service(award__dmn=rules(one, two)), service(award__dmn=rules(two, one)), "award.dmn")

    assert found.parts == ()
    assert found.reordered


def test_it_says_how_a_hit_policy_changed() -> None:
    table = rules(rule("one", "1", "100"))
    new = service(award__dmn=table.replace(b"FIRST", b"UNIQUE"))

    part = parts_of(service(award__dmn=table), new, "award.dmn")["award"]

    assert part.changes == (Change("decisionTable.hitPolicy", "", "FIRST", "UNIQUE"),)


def test_it_compares_a_form_field_by_field() -> None:
    old = service(who__form__json=form(field("name"), field("phone"), field("note")))
    new = service(
        who__form__json=form(
            field("name", validate={"required": True}),
            field("phone", label="Telephone", conditional={"hide": "=no_phone"}),
            field("street"),
        )
    )

    found = parts_of(old, new, "who.form.json")

    assert found["name"].changes == (Change("validate.required", "", None, "true"),)
    assert set(found["phone"].changes) == {
        Change("label", "", "Phone", "Telephone"),
        Change("conditional.hide", "", None, "=no_phone"),
    }
    assert found["street"].status == "added"
    assert found["note"].status == "removed"


def test_it_names_fields_of_lists_by_their_path_and_choices_by_their_value() -> None:
    def asked(label: str) -> bytes:
        kind = {"type": "select", "key": "kind", "values": [{"value": "a", "label": label}]}
        return form({"type": "dynamiclist", "path": "members", "components": [kind]})

    found = parts_of(
        service(who__form__json=asked("A")), service(who__form__json=asked("B")), "who.form.json"
    )

    assert found["members.kind"].changes == (Change("choice", "a", "A", "B"),)


def test_it_compares_words_one_by_one() -> None:
    old = with_files(service(), texts__en__yaml=b"service: {name: Help, summary: x}\n")
    new = with_files(service(), texts__en__yaml=b"service: {name: Care}\nunits: {a: b}\n")

    found = parts_of(old, new, "texts.en.yaml")

    assert found["service.name"].changes == (Change("text", "", "Help", "Care"),)
    assert (found["units.a"].status, found["service.summary"].status) == ("added", "removed")


def test_other_files_are_compared_by_lines() -> None:
    old = with_files(service(), README__md=b"one\ntwo\n")
    new = with_files(service(), README__md=b"one\nthree\nfour\n")

    assert file_of(old, new, "README.md").lines == (2, 1)


def test_a_file_that_is_only_written_otherwise_has_no_parts() -> None:
    old = service(who__form__json=form(field("name")))
    spaced = json.dumps(json.loads(old.files["who.form.json"]), indent=2).encode()

    found = file_of(old, with_files(old, who__form__json=spaced), "who.form.json")

    assert (found.status, found.parts, found.reordered) == ("changed", (), False)


def test_it_lists_so_many_parts_and_counts_all() -> None:
    many = form(*(field(f"f{number}") for number in range(MAX_PARTS + 7)))

    found = file_of(service(who__form__json=form()), service(who__form__json=many), "who.form.json")

    assert len(found.parts) == MAX_PARTS
    assert found.left == 7


def test_a_long_value_is_cut() -> None:
    old = with_files(service(), texts__en__yaml=b"service: {name: short}\n")
    new = with_files(service(), texts__en__yaml=b"service: {name: " + b"long " * 1_000 + b"}\n")

    (change,) = parts_of(old, new, "texts.en.yaml")["service.name"].changes

    assert change.after is not None
    assert len(change.after) < 500


@given(
    content=st.binary(max_size=60),
    file=st.sampled_from(["t.bpmn", "a.dmn", "a.form.json", "a.yaml", "a.html"]),
)
def test_broken_files_are_compared_too(content: bytes, file: str) -> None:
    old, new = (Bundle("t", MappingProxyType({file: one})) for one in (content, b"whole"))

    for before, after in ((old, new), (new, old)):
        assert {one.file for one in difference(before, after).files} <= {file}
