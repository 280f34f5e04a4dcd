"""Forms on a page: what a browser posts becomes raw answers, a schema becomes what templates draw."""

from webui.forms.post import is_only_refresh, parse
from webui.forms.view import ErrorLink, FormView, Item, Row, view

__all__ = ["ErrorLink", "FormView", "Item", "Row", "is_only_refresh", "parse", "view"]
