"""Offices, people, and what they keep for themselves."""

from __future__ import annotations

from sqlalchemy import Column, Index, SmallInteger, UniqueConstraint

from .table import bytes_column, id_column, moment_column, number_column, table, text_column

office = table(
    "office",
    id_column("id"),
    id_column("parent_id", nullable=True),
    text_column("level"),
    text_column("code"),
    text_column("name_zh"),
    text_column("name_en"),
    UniqueConstraint("tenant_id", "code"),
    key=("id",),
)

person = table(
    "person",
    id_column("id"),
    text_column("username"),
    text_column("name"),
    text_column("name_en"),
    text_column("email", nullable=True),
    text_column("password_hash", nullable=True),
    text_column("language"),
    Column("active", SmallInteger, nullable=False),
    id_column("office_id"),
    text_column("roles"),
    number_column("session_version"),
    bytes_column("sealed_phone", nullable=True),
    UniqueConstraint("tenant_id", "username"),
    key=("id",),
)

membership = table(
    "membership",
    id_column("person_id"),
    text_column("group_key"),
    id_column("office_id"),
    Index("membership_group", "tenant_id", "group_key", "office_id"),
    key=("person_id", "group_key", "office_id"),
)

substitution = table(
    "substitution",
    id_column("id"),
    id_column("person_id"),
    id_column("substitute_id"),
    text_column("begins_on"),
    text_column("ends_on"),
    id_column("created_by"),
    moment_column("created_at"),
    moment_column("revoked_at", nullable=True),
    Index("substitution_substitute", "tenant_id", "substitute_id", "ends_on"),
    Index("substitution_person", "tenant_id", "person_id", "ends_on"),
    key=("id",),
)
"""Who stands in for whom, from the first day to the last, both included."""

saved_filter = table(
    "saved_filter",
    id_column("id"),
    id_column("person_id"),
    text_column("name"),
    text_column("query"),
    text_column("shared_with", nullable=True),
    moment_column("created_at"),
    Index("saved_filter_person", "tenant_id", "person_id"),
    Index("saved_filter_shared", "tenant_id", "shared_with"),
    key=("id",),
)
"""Views of the inbox that people keep. shared_with: `<group>@<office>`, whose people see it too."""

last_look = table(
    "last_look",
    id_column("person_id"),
    text_column("view"),
    moment_column("at"),
    moment_column("before", nullable=True),
    key=("person_id", "view"),
)
"""When somebody last looked at a list. before: when the visit before this one ended; None at the first."""

sign_in_attempt = table(
    "sign_in_attempt", text_column("key"), moment_column("at"), id_column("id"), key=("key", "at", "id")
)
