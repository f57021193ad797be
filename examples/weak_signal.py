"""Find a signal a thousand times smaller than the noise around it, as a lock-in does, and lose it again.

``python examples/weak_signal.py``. The laser is turned down until DT is 1/1000 of the detector's rms noise in
1 MHz. With a time constant of 10 s and 24 dB/oct the noise bandwidth is 5/(64 * 10 s) = 7.8 mHz: the signal stands 11
times above what is left of the noise. With 1 ms and 6 dB/oct it is gone.
"""

from math import sqrt

import numpy as np

from instruments import dragging_bench
from vlab import Q_

bench = dragging_bench(seed=0)
bench.laser.power = Q_(0.061, "nW")
bench.lockin.sensitivity = Q_(20, "uV")
bench.sleep(Q_(1, "s"))
density = bench.detector.noise_density.m_as("V/Hz^0.5")


def measure(time_constant: str, slope: str, readings: int) -> tuple[float, float]:
    """Return the mean and the scatter of X (V) over readings so far apart that each is new."""
    bench.lockin.time_constant = Q_(time_constant)
    bench.lockin.slope = slope
    wait = 12 * bench.lockin.time_constant
    found = []
    for _ in range(readings):
        bench.sleep(wait)
        found.append(bench.lockin.x.m_as("V"))
    return float(np.mean(found)), float(np.std(found, ddof=1))


print(f"noise: {1e9 * density:.0f} nV/Hz^0.5, which is {1e6 * density * 1e3:.0f} uV rms in 1 MHz")
for time_constant, slope, bandwidth in (("10 s", "24 dB/oct", 5 / 640), ("1 ms", "6 dB/oct", 250.0)):
    mean, scatter = measure(time_constant, slope, 100)
    print(f"{time_constant}, {slope}: X = {1e9 * mean:.0f} nV, scatter {1e9 * scatter:.0f} nV "
          f"(formula {1e9 * density * sqrt(bandwidth):.0f} nV), signal to noise {mean / scatter:.1f}")
