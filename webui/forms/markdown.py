"""The few signs of Markdown that a form's text needs, as safe HTML; everything else stays as it was typed.

Paragraphs, `-` and `1.` lists, `#` headings, `**strong**`, `*stress*` and links to https addresses.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

LONGEST = 20_000

_STRONG = re.compile(r"\*\*([^*\n]+)\*\*")
_STRESS = re.compile(r"\*([^*\n]+)\*")
_LINK = re.compile(r"\[([^\]\n]{1,200})\]\((https://[^\s()<>\"']{1,500})\)")
_BULLET = re.compile(r"[-*] +")
_COUNT = re.compile(r"\d{1,3}[.)] +")
_HEADING = re.compile(r"#{1,6} +")


def to_html(text: str) -> Markup:
    """Give the text as HTML in which nothing that was typed can act as a tag or an address of a script."""
    blocks = re.split(r"\n[ \t]*\n", text[:LONGEST].replace("\r\n", "\n").strip())
    return Markup("\n").join(_block(block.strip("\n").split("\n")) for block in blocks if block.strip())


def _block(lines: list[str]) -> Markup:
    lines = [line.strip() for line in lines]
    for sign, around in ((_BULLET, Markup("<ul>{}</ul>")), (_COUNT, Markup("<ol>{}</ol>"))):
        if all(sign.match(line) for line in lines):
            entries = Markup().join(
                Markup("<li>{}</li>").format(_inline(sign.sub("", line, count=1))) for line in lines
            )
            return around.format(entries)
    if len(lines) == 1 and _HEADING.match(lines[0]):
        return Markup("<h3>{}</h3>").format(_inline(_HEADING.sub("", lines[0], count=1)))
    return Markup("<p>{}</p>").format(Markup("<br>").join(_inline(line) for line in lines))


def _inline(line: str) -> Markup:
    """Escape first: the signs looked for are none that escaping makes."""
    html = str(escape(line))
    html = _LINK.sub(r'<a href="\2" rel="noopener noreferrer">\1</a>', html)
    html = _STRONG.sub(r"<strong>\1</strong>", html)
    html = _STRESS.sub(r"<em>\1</em>", html)
    return Markup(html)  # noqa: S704 -- the line was escaped above
