"""A virtual laboratory for quantum-dot spin experiments.

``from vlab import Q_, run`` is all that most scripts need from here. The names are looked up when they
are first used, so that ``import vlab`` itself costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vlab.experiments.runner import run
    from vlab.units import Q_, ureg

__version__ = "0.1.0"
__all__ = ["Q_", "__version__", "run", "ureg"]

_HOMES = {"Q_": "vlab.units", "ureg": "vlab.units", "run": "vlab.experiments.runner"}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'vlab' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
