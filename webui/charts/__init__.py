"""Charts as places on a drawing: what templates draw as SVG, without script. Counts nothing and knows no words."""

from .drawing import Axis, Bar, Chart, Mark, bar_chart, line_chart, share_chart

__all__ = ["Axis", "Bar", "Chart", "Mark", "bar_chart", "line_chart", "share_chart"]
