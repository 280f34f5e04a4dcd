"""The only SQL: schema, statements, transactions. Gives and takes plain records; knows no workflow."""

from .database import Database
from .schema import FAR_FUTURE_MS, schema_version
from .steps import StepStore

__all__ = ["FAR_FUTURE_MS", "Database", "StepStore", "schema_version"]
