"""The settings of an instrument in groups, as its declarations name them. No Qt."""

from __future__ import annotations

from instruments.instrument import Instrument

NOISE = "Noise"
"""The group that comes last and is folded at first."""


def grouped(kind: type[Instrument], names: list[str]) -> dict[str, list[str]]:
    """Return some settings by group, those without one first and noise last.

    A setting without a group has that of the setting before it in its class; a derived class begins anew.

    Parameters
    ----------
    kind : type of Instrument
    names : list of str
        The settings that are wanted.
    """
    groups: dict[str, list[str]] = {"": []}
    before: tuple[type | None, str] = (None, "")
    for name, setting in kind.settings().items():
        owner = next(base for base in kind.__mro__ if name in vars(base))
        group = setting.group or (before[1] if before[0] is owner else "")
        before = owner, group
        if name in names:
            groups.setdefault(group, []).append(name)
    found = {group: members for group, members in groups.items() if members and group != NOISE}
    return found | ({NOISE: groups[NOISE]} if groups.get(NOISE) else {})
