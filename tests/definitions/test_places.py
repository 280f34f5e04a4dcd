"""Every problem says where it is: file, line, column, id and name of the element."""

from __future__ import annotations

from types import MappingProxyType

from engine.definitions import Bundle, compile_bundle
from engine.problems import Problem

from ..engine.bundles import GROUPS, bundle, flow, node, start_and_end, user_task

FORM = b"""{
  "components": [
    {"type": "textfield", "key": "1st", "label": "First"}
  ]
}"""


def written(body: str, **files: bytes) -> Bundle:
    """A service whose diagram has one element on each line, as editors write it."""
    made = bundle(body, **files)
    return Bundle(
        "t", MappingProxyType({**made.files, "t.bpmn": made.files["t.bpmn"].replace(b"><", b">\n<")})
    )


def only(service: Bundle, code: str) -> Problem:
    (found,) = [one for one in compile_bundle(service, GROUPS)[1] if one.code == code]
    return found


def told_at(service: Bundle, problem: Problem) -> str:
    """What stands in the file where the problem is."""
    assert problem.line is not None
    assert problem.column is not None
    line = service.files[problem.file].decode().split("\n")[problem.line - 1]
    return line[problem.column - 1 :]


def test_a_problem_of_an_element_is_where_its_tag_begins() -> None:
    task = user_task("ask", "nobody").replace("<bpmn:userTask", '\n  <bpmn:userTask\n  name="Ask  them"')
    service = written(task + start_and_end("ask"))

    problem = only(service, "group_unknown")

    assert told_at(service, problem) == "<bpmn:userTask"
    assert (problem.element, problem.name) == ("ask", "Ask them")


def test_two_elements_on_one_line_are_told_apart() -> None:
    service = bundle(user_task("ask") + user_task("other", "nobody") + start_and_end("ask", "other"))

    assert told_at(service, only(service, "group_unknown")).startswith('<bpmn:userTask id="other"')


def conditional(condition: str) -> Bundle:
    ways = flow("q", "yes", condition) + flow("q", "done").replace('id="f_q_done"', 'id="else"')
    gateway = node("exclusiveGateway", "q", attributes='default="else"') + node("endEvent", "yes")
    return written(user_task("ask") + gateway + ways + start_and_end("ask") + flow("ask", "q"))


def test_an_expression_is_told_to_the_character() -> None:
    service = conditional("a = 1 and and b")

    assert told_at(service, only(service, "expression_broken")).startswith("and b")


def test_what_xml_writes_in_other_words_counts_as_one_character() -> None:
    service = conditional("1 &lt; 2 and “b")

    assert told_at(service, only(service, "expression_broken")).startswith("“b")


def test_a_column_counts_characters_and_not_bytes() -> None:
    service = conditional("姓名 = 张三 and and b")

    assert told_at(service, only(service, "expression_broken")).startswith("and b")


def test_a_field_of_a_form_is_where_its_key_is_written() -> None:
    service = written(user_task("ask") + start_and_end("ask"), b__form__json=FORM)

    problem = only(service, "bad_name")

    assert told_at(service, problem).startswith('"key": "1st"')
    assert (problem.line, problem.name) == (3, "First")


def test_a_mend_is_where_the_element_is_that_a_designer_drew() -> None:
    ends_in_nothing = user_task("ask") + node("startEvent", "begin") + flow("begin", "ask")
    service = written(ends_in_nothing)

    assert told_at(service, only(service, "end_added")).startswith('<bpmn:userTask id="ask"')


def test_a_file_that_is_no_xml_has_the_line_where_reading_stopped() -> None:
    service = Bundle("t", MappingProxyType({"t.bpmn": b"<a>\n<b></a>"}))

    problem = only(service, "xml_broken")

    assert problem.line == 2
    assert problem.element is None
