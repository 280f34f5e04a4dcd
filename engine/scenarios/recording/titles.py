"""The title of a recorded story in both languages: what became of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.definitions import Definition


def title_of(definition: Definition, outcome: str | None) -> dict[str, str]:
    """Give the title for a case that came to an outcome, or is still under way."""
    if outcome is None:
        return {"zh": "实录：办理中", "en": "Recorded: still under way"}
    said = {tag: definition.texts.say(tag, "elements", outcome, "name") for tag in ("zh", "en")}
    return {"zh": f"实录：{said['zh']}", "en": f"Recorded: {said['en']}"}
