"""Random numbers that are functions of a key, a stream and a counter: Threefry-2x64 with 20 rounds.

Salmon et al., SC11, doi:10.1145/2063384.2063405: draw number ``counter`` of stream ``stream`` under a key of two 64-bit
words. Nothing has to be kept but the counter, so that a chain can be carried on from anywhere.
"""

from __future__ import annotations

import numpy as np

from vlab.physics.kernel import inline, kernel

_PARITY = np.uint64(0x1BD11BDAA9FC1A22)
_MANTISSA = np.uint64(0x000FFFFFFFFFFFFF)
_ONE = np.uint64(0x3FF0000000000000)
_R16, _R42, _R12, _R31 = np.uint64(16), np.uint64(42), np.uint64(12), np.uint64(31)
_R32, _R24, _R21 = np.uint64(32), np.uint64(24), np.uint64(21)
_C1, _C2, _C3, _C4, _C5 = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4), np.uint64(5)
_C12, _C52, _C64 = np.uint64(12), np.uint64(52), np.uint64(64)
_LN2 = 0.6931471805599453


@inline
def _mix(x0, x1, bits):
    x0 += x1
    x1 = (x1 << bits) | (x1 >> (_C64 - bits))
    return x0, x1 ^ x0


@inline
def _mix_odd(x0, x1):
    x0, x1 = _mix(x0, x1, _R16)
    x0, x1 = _mix(x0, x1, _R42)
    x0, x1 = _mix(x0, x1, _R12)
    return _mix(x0, x1, _R31)


@inline
def _mix_even(x0, x1):
    x0, x1 = _mix(x0, x1, _R16)
    x0, x1 = _mix(x0, x1, _R32)
    x0, x1 = _mix(x0, x1, _R24)
    return _mix(x0, x1, _R21)


@inline
def _threefry(k0, k1, x0, x1):
    """Return the two words of Threefry-2x64-20 for key (k0, k1) and counter (x0, x1), all uint64."""
    k2 = _PARITY ^ k0 ^ k1
    x0, x1 = _mix_odd(x0 + k0, x1 + k1)
    x0, x1 = _mix_even(x0 + k1, x1 + (k2 + _C1))
    x0, x1 = _mix_odd(x0 + k2, x1 + (k0 + _C2))
    x0, x1 = _mix_even(x0 + k0, x1 + (k1 + _C3))
    x0, x1 = _mix_odd(x0 + k1, x1 + (k2 + _C4))
    return x0 + k2, x1 + (k0 + _C5)


@inline
def _exponential(word):
    """Return -ln((k + 1/2) / 2^52), k the upper 52 bits of ``word``; arithmetic only, so that loops over it vectorise.

    ln m = 2 artanh(s), s = (m - 1)/(m + 1), by its series; its error is below 3e-16 of the value.
    """
    u = (np.float64(np.int64(word >> _C12)) + 0.5) * 2.0**-52
    bits = np.float64(u).view(np.uint64)
    m = np.uint64((bits & _MANTISSA) | _ONE).view(np.float64)
    exponent = np.float64(np.int64(bits >> _C52) - 1023)
    upper = m > 1.4142135623730951
    m = 0.5 * m if upper else m
    exponent = exponent + 1.0 if upper else exponent
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    series = 1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9 + z * (1.0 / 11 + z * (1.0 / 13 + z * (
        1.0 / 15 + z * (1.0 / 17 + z * (1.0 / 19 + z * (1.0 / 21)))))))))
    return -(exponent * _LN2 + (2.0 * s + 2.0 * s * (z * series)))


@kernel
def draw(k0, k1, stream, counter, waiting, choice):
    """Fill unit exponentials and 63-bit integers for draws number ``counter`` and following."""
    for j in range(choice.shape[0]):
        first, second = _threefry(k0, k1, counter + np.uint64(j), stream)
        waiting[j] = _exponential(first)
        choice[j] = np.int64(second >> _C1)


def threefry(key: tuple[int, int], counter: int, stream: int) -> tuple[int, int]:
    """Return the two 64-bit words of Threefry-2x64-20."""
    with np.errstate(over="ignore"):
        first, second = _threefry(np.uint64(key[0]), np.uint64(key[1]), np.uint64(counter), np.uint64(stream))
    return int(first), int(second)
