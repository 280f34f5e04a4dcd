"""Spoils services: bytes, structure of XML, JSON and YAML, expressions, files, zips; the same dice, the same harm."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from copy import deepcopy
from types import MappingProxyType
from typing import Any

from lxml import etree

from engine.definitions import Bundle

MOST = 5 * 1024 * 1024
MOST_PARTS = 20
SELDOM = 0.3
SCRAPS = [
    b"", b"\0", b"'", b'"', b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"&#0;", b"&#x10FFFF;", b"&lt;",
    b"\xff\xfe", b"\xef\xbb\xbf", "邻".encode(), "😀".encode(), b"\r", b"\t", b"{", b"}", b"[", b"]", b"{{", b"}}",
    b"1e999999999", b"-0", b"NaN", b"null", b"true", b"- ", b": ", b"*a", b"&a ", b"!!python/object:os.system ",
    b"<<: ", b"%YAML 9.9\n", b"---\n", b"<?xml version='1.1'?>", b"encoding='utf-16'", b"xmlns:x='y'",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"../", b"C:\\", b"\x1b[31m", b"A" * 3_000, b"(" * 600, b"<a>" * 300,
]  # fmt: skip
TEXTS = [
    "", " ", "x", "t", "ask", "Start", "End", "a__b", "self", "data_objects", "邻 邦", "x'y", 'a"b', "a\nb", "😀",
    "true", "false", "null", "0", "-1", "99999999999999999999", "1e999999999", "{}", "[]", "/", "..", "a" * 5_000,
    "P1D", "PT0S", "P99999999999Y", "R/PT1S", "R99999/PT1S", "R/P0D", "2026-02-30", "9999-12-31T23:59:59Z",
    "5 WD", "0 WD", "-5 WD", "99999 WD", "60%", "101%", "60%,60%", "{name}", "{{", "urn:x", "tns:word", "bpmn:task",
]  # fmt: skip
EXPRESSIONS = [
    "= 1 +", "=", "= x", "= 1/0", "= 10**999999", "= 9**9**9**9", "= " + "(" * 300 + "1" + ")" * 300,
    "= for i in 1..999999999 return i", "= for i in 1..99999, j in 1..99999 return i*j", "= every x in xs satisfies x",
    "= function(x) f(x)", "= {f: function(n) f(n-1), a: f(1)}.a", '= "\\uD800"', '= string join(for i in 1..99999 return "aaaaaaaaaa")',
    '= matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a+)+$")', '= replace("x", "(x*)*", "$1")', '= date("2026-13-01")',
    '= duration("P99999999Y")', '= date("9999-12-31") + duration("P1D")', '= @"2026-01-01T00:00:00@Nowhere/City"',
    "= [1..", "= ]1..2[", "= not(not(not(not(1))))", "= if a then", "= a.b.c.d.e", "= a[b[c[d]]]", "= some x in [1,2] satisfies x > 1",
    "= instance of x", "= x instance of list<list<context<a: number>>>", '= "a" + 1', "= -" * 200, "= a b c d e f",
    "= today()", "= add working days(today(), 99999999)", "= { a: b, b: a }", "= ?", "= sort([3,1], function(a,b) a)",
    '= substring("😀", -99999999999999999999)', "= 1" + "+1" * 2_000, "= [" + "1," * 3_000 + "1]", "= decimal(1, 999999999)",
]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, -1, 10**30, 1.5, "", "x", "邻", "=1 +", "= x", "a" * 3_000, [], {}, [[]], [{}], [None], {"a": {}},
    {"type": "textfield", "key": "x"}, {"type": "group", "components": []}, {"type": "dynamiclist", "path": "l", "components": []},
    {"type": "number", "key": "n", "validate": {"min": "x"}}, {"linbang:includes": "person"}, {"hide": "= x"},
]  # fmt: skip


def mutate(bundle: Bundle, seed: int, other: Bundle | None = None) -> Bundle:
    """Give a bundle with one thing spoilt. other: where a file may be taken from."""
    dice = random.Random(seed)
    files = dict(bundle.files)
    path = dice.choice(sorted(files))
    kind = dice.choices(["inside", "bytes", "drop", "add", "swap", "rename"], [70, 18, 3, 3, 3, 3])[0]
    if kind == "drop":
        del files[path]
    elif kind == "add":
        files[_name(dice)] = dice.choice(SCRAPS) * dice.choice([1, 50])
    elif kind == "swap" and other is not None:
        taken = dice.choice(sorted(other.files))
        files[dice.choice([taken, path])] = other.files[taken]
    elif kind == "rename":
        files[_name(dice)] = files.pop(path)
    elif kind == "bytes":
        files[path] = _bytes(files[path], dice)
    else:
        path = _weighty(files, dice)
        files[path] = _inside(path, files[path], dice)[:MOST]
    return Bundle(bundle.key, MappingProxyType(files))


def mutate_zip(content: bytes, seed: int) -> bytes:
    """Give a zip with some bytes changed, or with a record of it doubled."""
    dice = random.Random(seed)
    for _time in range(dice.choice([1, 1, 2, 5])):
        content = _bytes(content, dice)
    return content


def _weighty(files: dict[str, bytes], dice: random.Random) -> str:
    """Choose a file, diagrams and tables most often: in them lies what a designer can say."""
    paths = sorted(files)
    weights = [
        20 if path.endswith(".bpmn") else 12 if path.endswith(".dmn") else 5 if "form" in path else 1
        for path in paths
    ]
    return dice.choices(paths, weights)[0]


def _name(dice: random.Random) -> str:
    return dice.choice(
        ["x.bpmn", "t.dmn", "y.form.json", "texts.en.yaml", "texts.zh.yaml", "letters/x.html", "shared/a.bpmn", "pauses.yaml",
         "alerts.yaml", "renames.yaml", "notices.yaml", "extensions.yaml", "scenarios/a.yaml", "shared/texts.zh.yaml", "a\nb.bpmn",
         "邻.bpmn", ".hidden", "shared/pauses.yaml", "shared/x.form.json", "invariants.yaml"]
    )  # fmt: skip


def _bytes(content: bytes, dice: random.Random) -> bytes:
    begin = dice.randint(0, len(content))
    end = min(len(content), begin + dice.choice([0, 0, 1, 8, 40, 400]))
    kind = dice.randrange(5)
    if kind == 0:
        return content[:begin] + dice.choice(SCRAPS) + content[end:]
    if kind == 1:
        return content[:begin] + content[begin:end] * dice.choice([2, 3, 50]) + content[end:]
    if kind == 2:
        return (
            content[:begin]
            + bytes(dice.randrange(256) for _byte in range(dice.randint(1, 8)))
            + content[end:]
        )
    if kind == 3:
        return content[:begin]
    return content[:begin] + content[end:]


def _inside(path: str, content: bytes, dice: random.Random) -> bytes:
    changes: dict[str, Callable[[bytes, random.Random], bytes]] = {
        ".bpmn": _xml, ".dmn": _xml, ".json": _json, ".yaml": _lines, ".html": _lines,
    }  # fmt: skip
    change = next((one for suffix, one in changes.items() if path.endswith(suffix)), _bytes)
    try:
        return change(content, dice)
    except (etree.Error, ValueError, RecursionError):  # spoilt before: spoil it as bytes
        return _bytes(content, dice)


def _xml(content: bytes, dice: random.Random) -> bytes:
    root = etree.fromstring(content)
    for _time in range(dice.choice([1, 1, 1, 2, 4])):
        nodes = [node for node in root.iter("*") if node is not root]
        if not nodes:
            break
        _change_node(dice.choice(nodes), dice.choice(nodes), dice)
    return etree.tostring(root)


def _change_node(node: Any, other: Any, dice: random.Random) -> None:
    dice.choice(_CHANGES)(node, other, dice)


def _say(node: Any, _other: Any, dice: random.Random) -> None:
    if node.attrib:
        node.set(dice.choice(sorted(node.attrib)), _text(dice))


def _calculate(node: Any, _other: Any, dice: random.Random) -> None:
    texts = [each for each in node.iter("*") if (each.text or "").strip()]
    if node.attrib and (not texts or dice.random() < SELDOM):
        node.set(dice.choice(sorted(node.attrib)), dice.choice(EXPRESSIONS))
    elif texts:
        dice.choice(texts).text = dice.choice(EXPRESSIONS)


def _borrow(node: Any, other: Any, dice: random.Random) -> None:
    if other.attrib:
        name = dice.choice(sorted(other.attrib))
        node.set(name, other.get(name))


def _write(node: Any, _other: Any, dice: random.Random) -> None:
    node.text = _text(dice)


def _lose(node: Any, _other: Any, dice: random.Random) -> None:
    if node.attrib:
        del node.attrib[dice.choice(sorted(node.attrib))]


def _remove(node: Any, _other: Any, _dice: random.Random) -> None:
    node.getparent().remove(node)


def _double(node: Any, other: Any, _dice: random.Random) -> None:
    other.append(deepcopy(node))


def _multiply(node: Any, _other: Any, dice: random.Random) -> None:
    if len(node) > MOST_PARTS:
        return  # so that it stays small
    for number in range(dice.choice([3, 60])):
        copied = deepcopy(node)
        if copied.get("id"):
            copied.set("id", f"{copied.get('id')}_{number}")
        node.getparent().append(copied)


def _move(node: Any, other: Any, _dice: random.Random) -> None:
    if node is not other and node not in other.iterancestors():
        other.append(node)


def _rename(node: Any, other: Any, _dice: random.Random) -> None:
    node.tag = other.tag


def _bury(node: Any, other: Any, dice: random.Random) -> None:
    for _level in range(dice.choice([5, 70, 250])):
        node = etree.SubElement(node, other.tag)


_CHANGES: list[Callable[[Any, Any, random.Random], None]] = [
    *[_say] * 4, *[_calculate] * 4, _borrow, _write, _lose, _remove, _double, _multiply, _move, _rename, _bury,
]  # fmt: skip


def _text(dice: random.Random) -> str:
    text = dice.choice(TEXTS)
    return "".join(one for one in text if one >= " " or one in "\n\t")


def _json(content: bytes, dice: random.Random) -> bytes:
    document = json.loads(content)
    places = list(_places(document))
    if not places:  # an earlier change has left nothing to spoil
        return _bytes(content, dice)
    for _time in range(dice.choice([1, 1, 2, 4])):
        holder, key = dice.choice(places)
        value = deepcopy(
            dice.choice(
                [
                    *VALUES,
                    *(
                        holder_[key_]
                        for holder_, key_ in dice.sample(places, min(2, len(places)))
                        if _has(holder_, key_)
                    ),
                ]
            )
        )
        if isinstance(holder, dict):
            if dice.random() < 0.2:
                holder.pop(key, None)
            else:
                holder[
                    dice.choice(
                        [
                            key,
                            key,
                            "components",
                            "key",
                            "type",
                            "validate",
                            "properties",
                            "conditional",
                            "values",
                        ]
                    )
                ] = value
        elif dice.random() < 0.3:
            holder.extend([value] * dice.choice([1, 2, 400]))
        elif _has(holder, key):
            holder[key] = value
    return json.dumps(document, ensure_ascii=dice.random() < 0.5).encode("utf-8", "replace")


def _has(holder: Any, key: Any) -> bool:
    return key in holder if isinstance(holder, dict) else key < len(holder)


def _places(value: Any) -> Any:
    if isinstance(value, dict):
        for key in list(value):
            yield value, key
            yield from _places(value[key])
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield value, number
            yield from _places(one)


def _lines(content: bytes, dice: random.Random) -> bytes:
    lines = content.split(b"\n")
    for _time in range(dice.choice([1, 1, 2, 4])):
        at = dice.randrange(len(lines))
        kind = dice.randrange(6)
        if kind == 0:
            lines[at : at + 1] = []
        elif kind == 1:
            lines.insert(dice.randrange(len(lines) + 1), lines[at])
        elif kind == 2:
            lines[at] = b" " * dice.randrange(8) + lines[at].strip()
        elif kind == 3:
            said = dice.choice([*TEXTS, *EXPRESSIONS]).replace("\n", " ").encode("utf-8", "replace")
            lines[at] = re.sub(rb":.*", lambda _found, said=said: b": " + said, lines[at], count=1)
        elif kind == 4:
            lines[at] = lines[at] + dice.choice(SCRAPS)
        else:
            lines[at] = dice.choice(SCRAPS)
        lines = lines or [b""]
    return b"\n".join(lines)
