"""The only SQL: schema, statements, transactions. Gives and takes plain records; knows no workflow."""

from .database import Database
from .schema import FAR_FUTURE_MS
from .steps import InstanceRow, Saved, StepStore, UserTaskRow

__all__ = ["FAR_FUTURE_MS", "Database", "InstanceRow", "Saved", "StepStore", "UserTaskRow"]
