"""The installation itself: settings, process numbers, what runs in the background."""

from __future__ import annotations

from .table import id_column, moment_column, number_column, table, text_column

setting = table("setting", text_column("key"), text_column("value"), key=("key",))

node = table("node", number_column("number"), id_column("token"), moment_column("until"), key=("number",))
"""Leased process numbers, part of every id."""

lease = table("lease", text_column("name"), id_column("token"), moment_column("until"), key=("name",))
"""What only one process does at a time, and who does it for how long, by the machine's clock."""

heartbeat = table("heartbeat", text_column("name"), moment_column("at"), text_column("detail"), key=("name",))
"""When what runs in the background last did so, by the machine's clock."""
