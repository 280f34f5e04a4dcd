"""Builtins on contexts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.feel.errors import Trouble
from engine.feel.library import builtin

if TYPE_CHECKING:
    from engine.feel.runtime import Run


@builtin("get value(m: context, key: string)", "get value(context: context, key: string)")
def get_value(_: Run, context: dict[str, Any], key: str) -> Any:
    """Give the entry of that key, or null."""
    return context.get(key)


@builtin("get value(context: context, keys: list)", "get value(m: context, keys: list)")
def get_nested(_: Run, context: dict[str, Any], keys: list[Any]) -> Any:
    """Give the entry at the end of a path of keys, or null."""
    value: Any = context
    for key in keys:
        value = value.get(key) if isinstance(value, dict) and isinstance(key, str) else None
    return value


@builtin("get entries(m: context)", "get entries(context: context)")
def get_entries(run: Run, context: dict[str, Any]) -> list[dict[str, Any]]:
    """Give key and value of every entry."""
    run.items(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context(entries: list)")
def make_context(_: Run, entries: list[Any]) -> dict[str, Any]:
    """Make a context of a list of keys and values."""
    made: dict[str, Any] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or "value" not in entry:
            raise Trouble('Expected entries such as {key: "a", value: 1}, but one is different')
        if entry["key"] in made:
            raise Trouble(f"Expected each key once, but {entry['key']!r} comes twice")
        made[entry["key"]] = entry["value"]
    return made


@builtin("context put(context: context, key: string, value: any)")
def context_put(_: Run, context: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Give the context with one entry new or changed."""
    return {**context, key: value}


@builtin("context put(context: context, keys: list, value: any)")
def context_put_nested(run: Run, context: dict[str, Any], keys: list[Any], value: Any) -> dict[str, Any]:
    """Give the context with the entry at the end of a path of keys changed; contexts on the way are made."""
    if not keys or not all(isinstance(key, str) for key in keys):
        raise Trouble("Expected at least one key, and texts only")
    run.items(len(keys))
    result = dict(context)
    inner = result
    for key in keys[:-1]:
        below = inner.get(key)
        if below is not None and not isinstance(below, dict):
            raise Trouble(f"Expected a context at {key!r}, but there is another value")
        inner[key] = dict(below or {})
        inner = inner[key]
    inner[keys[-1]] = value
    return result


@builtin("context merge(contexts: list)")
def context_merge(run: Run, contexts: list[Any]) -> dict[str, Any]:
    """Give all entries of several contexts; the last one of a key counts."""
    merged: dict[str, Any] = {}
    for context in contexts:
        if not isinstance(context, dict):
            raise Trouble("Expected contexts only")
        run.spend(len(context))
        merged.update(context)
    return merged
