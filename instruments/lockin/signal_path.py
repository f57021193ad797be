"""The way of a signal through a lock-in amplifier, from the connector to behind the mixer, as everything is set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from instruments.declaration import Value
from instruments.detection.limiter import limited
from instruments.lockin.input import HEADROOM, PREAMPLIFIER_RANGE, InputChain, mixer_range
from instruments.lockin.mixer import Floats, MixingPlan, mix
from instruments.lockin.reference_channel import ReferenceChannel
from vlab.lab.cable import Signal
from vlab.physics import lowpass

_SYNCHRONOUS_BELOW = 200.0
"""Hz; reference below which the synchronous filter acts."""
_STAGE = 10.0
"""Full scales at which a stage of the output filter clips."""


class Present(NamedTuple):
    """What settings and reference amount to, until one of them changes."""

    chain: InputChain
    averaged: float
    """Hz; frequency of the synchronous filter, 0 without it."""
    phase: float
    time_constant: float
    stage: float
    """V; where a stage of the filter clips."""
    output: float
    """V; where an output clips."""
    unlocked: bool


def present_of(values: Mapping[str, Value], channel: ReferenceChannel) -> Present:
    """Gather what the settings and the reference amount to now.

    Parameters
    ----------
    values : mapping
        The settings as SI floats and words.
    channel : ReferenceChannel
    """
    full = float(values["sensitivity"])
    reference, span = channel.frequency(), mixer_range(str(values["reserve"]), full)
    source = str(values["input_source"])
    own = 0.0
    if values["amplifier_noise"] == "on":
        own = (float(values["input_noise"]) ** 2 * (2.0 if source == "A-B" else 1.0)
               + (float(values["converter_noise"]) * min(PREAMPLIFIER_RANGE, span)) ** 2)
    chain = InputChain(source, str(values["ground"]), str(values["coupling"]), str(values["line_filter"]),
                       float(values["line_frequency"]), span, channel.detected(), own)
    averages = values["synchronous_filter"] == "on" and reference < _SYNCHRONOUS_BELOW
    return Present(chain, reference if averages else 0.0, float(values["phase"]), float(values["time_constant"]),
                   _STAGE * full, HEADROOM * full, channel.runs_free())


def mixed(signal: Signal, now: Present) -> tuple[MixingPlan, Floats, float, float, bool]:
    """Return what stands behind the mixer, with what exceeds a range clipped.

    Parameters
    ----------
    signal : Signal
        At the connector.
    now : Present

    Returns
    -------
    plan : MixingPlan
    envelopes : ndarray
        See `instruments.lockin.mixer.mix`.
    input_peak, mixer_peak : float
        V; what reaches the first amplifier and the mixer: the peak, or where something is clipped that at the end,
        since a lamp shows how it is at the end, whatever the stretch.
    clipped : bool
        Whether a range was exceeded.
    """
    chain = now.chain
    signal = chain.amplified(signal)
    filtered = chain.line_filter != "none"
    input_peak, overloaded = 0.0, False
    if filtered:
        input_peak = peak = signal.peak()
        if peak > PREAMPLIFIER_RANGE and (clipped := limited(signal, PREAMPLIFIER_RANGE)) is not signal:
            overloaded = True
            input_peak = signal.end_peak()
            signal = clipped
        signal = chain.notched(signal)
    heard = signal.audible(chain.detected, now.time_constant, 1)  # of the first stage, which could overload
    plan, envelopes = mix(heard, chain.detected, now.phase, now.averaged)
    peak = lowpass.largest_sum(envelopes, plan.loads)
    if heard is not signal:
        peak += sum([abs(line.amplitude) for line in signal.lines if line.steady and line not in heard.lines])
    mixer_peak = peak
    if not filtered:
        input_peak = peak
    allowed = chain.range if filtered else chain.allowed
    if peak > allowed and (clipped := limited(signal, allowed)) is not signal:
        overloaded = True
        mixer_peak = end = signal.end_peak()
        if not filtered:
            input_peak = end
        plan, envelopes = mix(clipped, chain.detected, now.phase, now.averaged)
    return plan, envelopes, input_peak, mixer_peak, overloaded
