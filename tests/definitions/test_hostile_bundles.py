"""Whatever is handed in, the gate answers with findings or one refusal; never with a traceback."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.definitions import Bundle, compile_bundle, read_zip
from engine.errors import InvalidInput

from ..engine.bundles import (
    GROUPS,
    boundary,
    bundle,
    chain,
    declare,
    event_subprocess,
    flow,
    node,
    script,
    small_body,
    start_and_end,
    subprocess,
    timer,
    trigger,
    user_task,
)
from .gate import errors_of, shape, with_texts

CALL = (
    '<bpmn:serviceTask id="call"><bpmn:extensionElements><linbang:evidence purpose="because" consent="a" expires="P6M"/>'
    '<spiffworkflow:serviceTaskOperator id="registry.check" resultVariable="found"><spiffworkflow:parameters>'
    '<spiffworkflow:parameter id="id_no" value="a"/></spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>'
    "</bpmn:extensionElements></bpmn:serviceTask>"
)
OPERATIONS = {"registry.check": shape("id_no", errors="gone")}
CLOCK = '<linbang:deadline id="promise" kind="promised" limit="5 WD" startsOn="ask" endsOn="done"/>'
PLAIN = bundle(
    f"<bpmn:extensionElements>{CLOCK}</bpmn:extensionElements>"
    + user_task("ask", form="a", sendBack="true", letter="report", notice="told")
    + CALL + boundary("failed", "call", trigger("error", "gone")) + node("endEvent", "gave_up") + chain("failed", "gave_up")
    + boundary("late", "ask", timer("P1D"), cancel=False)
    + node("endEvent", "was_late") + chain("late", "was_late")
    + node("exclusiveGateway", "which", attributes='default="f_which_each"') + node("exclusiveGateway", "merge")
    + subprocess("each", small_body("inner", script("count", "{n: 1}"), "count")
        + "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>items</bpmn:loopDataInputRef></bpmn:multiInstanceLoopCharacteristics>")
    + start_and_end("ask", "call", "which", "each", "merge") + flow("which", "merge", "a = &quot;x&quot;")
    + event_subprocess("watch", trigger("message", "word"), user_task("react"), "react"),
    extra=declare("message", "word").replace("/>", ' linbang:matches="message.a = a"/>') + declare("error", "gone"),
    notices__yaml=b"told: {sms: a, mail: a}",
    person__form__json=b'{"components": [{"type": "textfield", "key": "b", "properties": {"linbang:sensitive": "health"}}]}',
    a__form__json=(
        b'{"components": [{"type": "textfield", "key": "a"}, '
        b'{"type": "group", "id": "g", "properties": {"linbang:includes": "person"}, "components": []}]}'
    ),
)  # fmt: skip
MORE = {
    "letters/report.html": b'<p>{{ text.body }}</p>{% include "remedy.html" %}',
    "shared/letters/remedy.html": b"<p>remedy</p>",
    "shared/pauses.yaml": "ill: {basis: 法, name: {zh: 病, en: ill}}".encode(),
}
RICH = with_texts(
    Bundle("t", {**PLAIN.files, **MORE}),
    notices={"told": {"sms": "Hello {a}", "subject": "s", "body": "{b}"}},
    letters={"report": {"title": "Report"}},
)
QUIET = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def answers(service: Bundle) -> None:
    definition, problems = compile_bundle(service, GROUPS, operations=OPERATIONS)
    assert (definition is None) == any(problem.severity == "error" for problem in problems)
    assert all(problem.message for problem in problems)


def test_the_bundle_that_is_mutated_here_is_a_good_one() -> None:
    assert errors_of(RICH, OPERATIONS) == []


@QUIET
@given(st.sampled_from(sorted(RICH.files)), st.binary(max_size=200))
def test_random_bytes_in_place_of_a_file(path: str, content: bytes) -> None:
    answers(Bundle("t", MappingProxyType({**RICH.files, path: content})))


@QUIET
@given(st.sampled_from(sorted(RICH.files)), st.data())
def test_a_file_with_a_piece_cut_out_or_put_in(path: str, data: Any) -> None:
    content = RICH.files[path]
    begin = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(begin, min(len(content), begin + 40)))
    piece = data.draw(
        st.binary(max_size=12) | st.sampled_from([b"'", b'"', b"<", b"&", b"]]>", b"\0", "邻".encode()])
    )
    answers(Bundle("t", MappingProxyType({**RICH.files, path: content[:begin] + piece + content[end:]})))


TEXTS = st.sampled_from(
    [
        "",
        "x",
        "x'y",
        'a"b',
        "t",
        "ask",
        "each",
        "a__b",
        "Start",
        "P1D",
        "= 1 +",
        "5 WD",
        "true",
        "99999999999",
        "{}",
        "/",
        "邻 邦",
    ]
)


@QUIET
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["attribute", "remove", "text", "move", "rename", "double"]),
            st.integers(0, 10_000),
            st.integers(0, 10_000),
            TEXTS,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_diagram_whose_elements_were_moved_renamed_or_emptied(
    changes: list[tuple[str, int, int, str]],
) -> None:
    root = etree.fromstring(RICH.files["t.bpmn"])
    for kind, first, second, text in changes:
        nodes = [found for found in root.iter() if isinstance(found.tag, str) and found is not root]
        if not nodes:
            break
        item, other = nodes[first % len(nodes)], nodes[second % len(nodes)]
        if kind == "attribute" and item.attrib:
            item.set(sorted(item.attrib)[second % len(item.attrib)], text)
        elif kind == "remove":
            item.getparent().remove(item)
        elif kind == "text":
            item.text = text
        elif kind == "rename":
            item.tag = other.tag
        elif kind == "double":
            other.append(etree.fromstring(etree.tostring(item)))
        elif item not in other.iterancestors() and item is not other:
            other.append(item)
    answers(Bundle("t", MappingProxyType({**RICH.files, "t.bpmn": etree.tostring(root)})))


@QUIET
@given(st.binary(max_size=300) | st.tuples(st.integers(0, 3_000), st.binary(max_size=8)))
def test_random_zips_and_zips_with_a_piece_changed(content: Any) -> None:
    if isinstance(content, tuple):
        good = RICH.to_zip()
        at, piece = content[0] % len(good), content[1]
        content = good[:at] + piece + good[at + len(piece) :]
    try:
        service = read_zip(content)
    except InvalidInput:
        return
    answers(service)


def test_a_chain_of_a_thousand_elements_is_answered_in_words() -> None:
    """Too long to run or not, it is not a traceback."""
    ids = [f"s{number}" for number in range(1000)]
    service = bundle("".join(script(name, "{}") for name in ids) + start_and_end(*ids))

    definition, problems = compile_bundle(service, GROUPS)

    assert definition is not None or any(problem.severity == "error" for problem in problems)
