"""What a bench and all that is on it remember, as plain JSON: exact to the bit, and put back where it was.

A class with state names the attributes that hold it in ``_memory``; those of its base classes count too. The walk goes
on into objects that have a ``_memory`` themselves, which stay the objects they are; everything else is a value:
numbers, words, containers, arrays, and small records (frozen data classes) of our own.
"""

from __future__ import annotations

import base64
import dataclasses
import math
import zlib
from collections import deque
from importlib import import_module
from typing import Any

import numpy as np

_OURS = ("vlab.", "instruments.")
_LONG = 64
"""Elements from which an array is packed."""


class Unsavable(TypeError):
    """Something in the memory is no plain value: a mistake of whoever declared it."""


class Misfit(ValueError):
    """What was saved does not fit to what is there."""


def memory_of(kind: type) -> tuple[str, ...]:
    """Return the attributes that hold the state of objects of a class, those of its bases first."""
    names: dict[str, None] = {}
    for base in reversed(kind.__mro__):
        names.update(dict.fromkeys(vars(base).get("_memory", ())))
    return tuple(names)


def remembers(thing: object) -> bool:
    """Return whether an object has a state of its own."""
    return not isinstance(thing, type) and hasattr(type(thing), "_memory")


def saved(thing: Any, place: str = "bench") -> Any:
    """Return a value, or the memory of an object, as JSON.

    Parameters
    ----------
    thing : object
    place : str
        Where it is, for the message.

    Raises
    ------
    Unsavable
        A part of it is no plain value.
    """
    if thing is None or type(thing) in (bool, int, str):
        return thing
    if type(thing) is float:
        return thing if math.isfinite(thing) else {"float": repr(thing)}
    if type(thing) is complex:
        return {"complex": [saved(thing.real), saved(thing.imag)]}
    if remembers(thing):
        return {"object": _name(type(thing)), "memory": {
            name: saved(getattr(thing, name), f"{place}.{name}") for name in memory_of(type(thing))}}
    if isinstance(thing, np.ndarray | np.generic):
        return _saved_array(np.asarray(thing), "array" if isinstance(thing, np.ndarray) else "scalar", place)
    if type(thing) is dict:
        return {"dict": [[saved(key, place), saved(value, f"{place}[{key!r}]")] for key, value in thing.items()]}
    for kind in (list, tuple, set, frozenset, deque):
        if type(thing) is kind:
            # a set has no order, and words have none that holds from process to process
            members = sorted(thing) if kind in (set, frozenset) else thing
            found = {kind.__name__: [saved(member, f"{place}[{i}]") for i, member in enumerate(members)]}
            return {**found, "longest": thing.maxlen} if isinstance(thing, deque) else found
    names = _fields(type(thing))
    if names is None:
        raise Unsavable(f"{place} is a {type(thing).__name__}, which a checkpoint cannot save.")
    return {"record": _name(type(thing)),
            "fields": {name: saved(getattr(thing, name), f"{place}.{name}") for name in names}}


def restored(data: Any, present: Any = None, place: str = "bench") -> Any:
    """Return what was saved; objects with a memory are those that are present, with their memory put back.

    Parameters
    ----------
    data : object
        As `saved` returned it.
    present : object
        What is there now.
    place : str
        Where it is, for the message.

    Raises
    ------
    Misfit
        ``data`` is no such thing, or is of something that is not there.
    """
    if not isinstance(data, dict):
        return data
    match data:
        case {"object": str(name), "memory": dict(memory)}:
            _recall(name, memory, present, place)
            return present
        case {"record": str(name), "fields": dict(fields)}:
            return _record(name, fields, place)
        case {"dict": list(pairs)}:
            old = present if isinstance(present, dict) else {}
            keys = [restored(key, None, place) for key, _ in pairs]
            new = {key: restored(value, old.get(key), f"{place}[{key!r}]")
                   for key, (_, value) in zip(keys, pairs, strict=True)}
            old.clear()  # others may hold it
            old.update(new)
            return old
        case {"list": list(members)}:
            return _members(members, present if isinstance(present, list) else [], place)
        case {"tuple": list(members)}:
            return tuple(_members(members, present if isinstance(present, tuple) else (), place))
        case {"deque": list(members), "longest": longest}:
            return deque(_members(members, present if isinstance(present, deque) else (), place), longest)
        case {"set": list(members)}:
            return set(_members(members, (), place))
        case {"frozenset": list(members)}:
            return frozenset(_members(members, (), place))
        case {"array": str(kind)}:
            return _array(kind, data)
        case {"scalar": str(kind)}:
            return _array(kind, data)[()]
        case {"complex": [real, imaginary]}:
            return complex(restored(real), restored(imaginary))
        case {"float": "nan" | "inf" | "-inf" as word}:
            return float(word)
    raise Misfit(f"{place} is not what a checkpoint has")


def _recall(name: str, memory: dict[str, Any], present: Any, place: str) -> None:
    if not remembers(present) or _name(type(present)) != name:
        raise Misfit(f"{place} is no {name}")
    wanted = memory_of(type(present))
    if set(memory) != set(wanted):
        raise Misfit(f"{place} remembers other things")
    for each in wanted:
        setattr(present, each, restored(memory[each], getattr(present, each, None), f"{place}.{each}"))


def _members(data: list[Any], present: Any, place: str) -> list[Any]:
    old = list(present)
    return [restored(member, old[i] if i < len(old) else None, f"{place}[{i}]") for i, member in enumerate(data)]


def _record(name: str, fields: dict[str, Any], place: str) -> Any:
    module, _, kind_name = name.partition(":")
    ours = module.startswith(_OURS) and "__" not in module
    kind = getattr(import_module(module), kind_name, None) if ours else None
    names = _fields(kind) if isinstance(kind, type) else None
    if kind is None or names is None or set(names) != set(fields):
        raise Misfit(f"{place} is a {name}, which is not known here")
    values = {each: restored(fields[each], None, f"{place}.{each}") for each in names}
    if issubclass(kind, tuple):
        return kind(**values)
    made = object.__new__(kind)
    for each, value in values.items():
        object.__setattr__(made, each, value)  # frozen or not
    return made


def _fields(kind: type) -> tuple[str, ...] | None:
    """Return the attributes of a record of ours: a data class, a named tuple, or a class with slots."""
    if not f"{kind.__module__}.".startswith(_OURS):
        return None
    if dataclasses.is_dataclass(kind):
        return tuple(field.name for field in dataclasses.fields(kind))
    if issubclass(kind, tuple):
        return tuple(getattr(kind, "_fields", ())) or None
    return tuple(getattr(kind, "__slots__", ())) or None


def _name(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _saved_array(array: np.ndarray[Any, Any], word: str, place: str) -> dict[str, Any]:
    if array.dtype.kind not in "bifuc":
        raise Unsavable(f"{place} is an array of {array.dtype}, which a checkpoint cannot save.")
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"))
    found = {word: little.dtype.str, "shape": list(array.shape)}
    if array.size > _LONG or not np.isfinite(array).all():  # a nan has a sign and more that no number shows
        return {**found, "packed": base64.b64encode(zlib.compress(little.tobytes())).decode("ascii")}
    return {**found, "values": [saved(value) for value in little.ravel().tolist()]}


def _array(kind: str, data: dict[str, Any]) -> np.ndarray[Any, Any]:
    dtype = np.dtype(kind)
    if "packed" in data:
        raw = zlib.decompress(base64.b64decode(data["packed"], validate=True))
        flat = np.frombuffer(raw, dtype=dtype)
    else:
        flat = np.array([restored(value) for value in data["values"]], dtype=dtype)
    return np.array(flat.reshape(data["shape"]), dtype=dtype.newbyteorder("="))
