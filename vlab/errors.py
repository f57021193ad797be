"""The errors that vlab raises on purpose: each message is one sentence that says what to do.

They also derive from the built-in exception that Python users expect (`ValueError`, `AttributeError`, ...).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class VlabError(Exception):
    """Base of all errors that a user can cause and mend."""


class SettingError(VlabError, ValueError):
    """A value of the wrong kind, dimension or type was given for a setting or parameter."""


class LimitError(SettingError):
    """A value lies outside the allowed range or choices."""


class ReadOnlyError(VlabError, AttributeError):
    """Something that can only be read was set."""


class UnknownNameError(VlabError, AttributeError):
    """A setting, parameter, experiment or instrument of this name does not exist."""

    @classmethod
    def of(cls, owner: str, name: str, known: Iterable[str], kind: str = "setting") -> UnknownNameError:
        """Return the error for ``owner`` having no ``kind`` called ``name``, with the nearest known name."""
        return cls(unknown_name(owner, name, known, kind))


class InUseError(VlabError):
    """A setting is held by a running measurement."""


class WiringError(VlabError):
    """A cable is missing, or joins things that do not fit."""


class RunError(VlabError):
    """A measurement cannot start or go on."""


class DataError(VlabError):
    """A data file cannot be written, read or recovered."""


class InstallationError(VlabError, ImportError):
    """The installation is incomplete, or another package stands in the way."""


def unknown_name(owner: str, name: str, known: Iterable[str], kind: str) -> str:
    """Return the sentence for an unknown name, with the nearest known one as a hint.

    Parameters
    ----------
    owner : str
        What was asked, for example ``"lockin"``.
    name : str
        The name that it does not have.
    known : iterable of str
        The names that it has.
    kind : str
        What the name stands for: ``"setting"``, ``"parameter"``, ``"experiment"``.
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(names)}."
    return f"{owner} has no {kind} {name!r}; {hint}"
