"""Clocks and pauses as a designer writes them."""

from __future__ import annotations

from ..story import Story

PAUSES = b"waiting: {basis: x, name: {zh: x, en: x}}\ncapped: {basis: x, cap: 3 WD, name: {zh: x, en: x}}\n"


def deadline(name: str = "promise", limit: str = "5 WD", kind: str = "promised", **more: str) -> str:
    attributes = "".join(f' {key}="{value}"' for key, value in more.items())
    return f'<linbang:deadline id="{name}" kind="{kind}" limit="{limit}"{attributes}/>'


def watched(*clocks: str) -> str:
    return f"<bpmn:extensionElements>{''.join(clocks)}</bpmn:extensionElements>"


def pause(reason: str = "waiting") -> str:
    return f'<linbang:pause reason="{reason}"/>'


def struck(story: Story) -> list[tuple[str, str]]:
    """Give the warnings and breaches that were noted, with the day."""
    kinds = {"deadline_warned", "deadline_breached"}
    return [
        (event["type"], event.get("level", ""))
        for link in story.links
        for event in link.payload.get("events", ())
        if event["type"] in kinds
    ]
