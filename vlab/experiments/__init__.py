"""Procedures: what to set, how long to wait, what to read. They know instruments by their roles only."""

from vlab.experiments.dwell_time import DwellTimeScan

__all__ = ["DwellTimeScan"]
