"""What a bench costs that is left running in real time: ``python -m benchmarks.idle``.

Target: less than 5 % of one core, noise and all instruments on. A window looks at it ten times a second meanwhile.
"""

from __future__ import annotations

import time

from instruments.bench import Bench
from instruments.benches import BENCHES

_SECONDS = 5.0


def share(bench: Bench, turn: float, looked_at: bool) -> float:
    """Return the share of a core that lab time takes at the pace of the wall clock, advanced each ``turn`` s."""
    bench.clock.sleep(0.1)
    used, start = time.process_time(), time.perf_counter()
    last = start
    while last - start < _SECONDS:
        time.sleep(turn)
        now = time.perf_counter()
        bench.clock.sleep(now - last)
        last = now
        if looked_at:
            bench.snapshot()
            bench.check()
            bench.path()
    return (time.process_time() - used) / (time.perf_counter() - start)


def main() -> None:
    """Measure and print."""
    for kind in BENCHES.values():
        bench = kind.make(seed=1)
        print(f"{kind.title} left running in real time: {share(bench, 0.05, False):.1%} of one core, "
              f"{share(bench, 0.1, True):.1%} when it is looked at ten times a second (target 5 %)")


if __name__ == "__main__":
    main()
