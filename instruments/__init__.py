"""Virtual instruments and the benches that wire them around a sample (part of vlab)."""

from instruments.bench import Bench
from instruments.benches import dragging_bench, spin_inertia_bench
from instruments.checkpoint import restore_bench, save_checkpoint

__all__ = ["Bench", "dragging_bench", "restore_bench", "save_checkpoint", "spin_inertia_bench"]
