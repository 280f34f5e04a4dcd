"""What can go wrong while a workflow runs in memory."""

from __future__ import annotations

from engine.errors import EngineError


class StepError(EngineError):
    """Expected the step to run, but an element of the diagram could not be carried out.

    The case keeps its token on the element; the failure becomes an incident.
    """

    code = "step_failed"

    def __init__(
        self, message: str, *, element_id: str | None, code: str, expression: str | None = None
    ) -> None:
        super().__init__(message, code=code, element_id=element_id, expression=expression)
        self.element_id = element_id
        self.expression = expression

    def plain(self) -> StepError:
        """Give the same error without where it was raised."""
        return StepError(self.message, element_id=self.element_id, code=self.code, expression=self.expression)


class UncaughtError(StepError):
    """Expected a boundary event to catch the error, but there is none."""

    def __init__(self, element_id: str | None, error_code: str | None) -> None:
        super().__init__(
            f"Expected a boundary event to catch the error {error_code!r}, but there is none around {element_id!r}",
            element_id=element_id,
            code="error_not_caught",
        )
