"""How long curves of theory take that follow a slider: ``python -m benchmarks.theory``.

Target: less than 50 ms a step, at each end and in the middle of each knob. What is drawn meanwhile is a draft; the
whole curve follows when the hand rests.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from instruments.benches import BENCHES

_REPEATS = 3
_TARGET = 0.05


def took(draw: Callable[[], object]) -> float:
    """Return the seconds of one call: the best of some, for other jobs run on the same cores."""
    found = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        draw()
        found.append(time.perf_counter() - began)
    return min(found)


def main() -> None:
    """Measure and print."""
    for kind in BENCHES.values():
        sample = kind.make_sample({})
        for page in kind.theory:
            usual = {knob.name: knob.usual for knob in page.knobs} | page.present(sample, {})
            page.lines(sample, usual, True)  # compiles
            steps = {"": took(lambda page=page, sample=sample, usual=usual: page.lines(sample, usual, True))}
            for knob in page.knobs:
                for part in (0.0, 0.5, 1.0):
                    moved = usual | {knob.name: knob.low + part * (knob.high - knob.low)}
                    try:
                        page.lines(sample, moved, True)
                    except ValueError:  # it says itself that this is not drawn live
                        continue
                    steps[f"{knob.title} at {moved[knob.name]:.3g}"] = took(
                        lambda page=page, sample=sample, moved=moved: page.lines(sample, moved, True))
            worst = max(steps, key=steps.__getitem__)
            print(f"{page.title}: {1e3 * steps['']:.0f} ms, worst {1e3 * steps[worst]:.0f} ms"
                  f"{f' with {worst}' if worst else ''}; {sum(s > _TARGET for s in steps.values())} of {len(steps)} "
                  f"over {1e3 * _TARGET:.0f} ms")


if __name__ == "__main__":
    main()
