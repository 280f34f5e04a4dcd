"""The words on a diagram in the reader's language. Gives names by element id, draws nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webui.language import language

from .common import element_name

if TYPE_CHECKING:
    from engine.definitions import Definition


def drawn_names(definition: Definition, process: str) -> dict[str, str]:
    """Give the words on a diagram by element id: its elements, all lanes, its pool."""
    drawn = {
        key: element_name(definition, key)
        for key, one in definition.elements.items()
        if one.name and (one.process == process or one.kind == "lane")
    }
    pools = {
        key: definition.texts.say(language(), "processes", of)
        for key, of in definition.pools.items()
        if of == process
    }
    return drawn | pools
