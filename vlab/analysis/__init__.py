"""What is read off measured curves: named quantities and fit models of the papers."""

from vlab.analysis.dragging import DraggingWidth, dragging_width

__all__ = ["DraggingWidth", "dragging_width"]
