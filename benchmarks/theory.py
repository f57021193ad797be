"""How long curves of theory take that follow a slider: ``python -m benchmarks.theory``.

Target: less than 50 ms of CPU time a step, at each end and in the middle of each knob. What is drawn meanwhile is a
draft; the whole curve follows when the hand rests.
"""

from __future__ import annotations

from functools import partial

from benchmarks.timing import best
from instruments.benches import BENCHES

_TARGET = 0.05


def main() -> None:
    """Measure and print."""
    for kind in BENCHES.values():
        sample = kind.make_sample({})
        for page in kind.theory:
            usual = {knob.name: knob.usual for knob in page.knobs} | page.present(sample, {})
            steps = {"": best(partial(page.lines, sample, usual, True), 3)}
            for knob in page.knobs:
                for part in (0.0, 0.5, 1.0):
                    moved = usual | {knob.name: knob.low + part * (knob.high - knob.low)}
                    try:
                        steps[f"{knob.title} at {moved[knob.name]:.3g}"] = best(
                            partial(page.lines, sample, moved, True), 3)
                    except ValueError:  # it says itself that this is not drawn live
                        continue
            worst = max(steps, key=steps.__getitem__)
            print(f"{page.title}: {1e3 * steps['']:.0f} ms, worst {1e3 * steps[worst]:.0f} ms"
                  f"{f' with {worst}' if worst else ''}; {sum(s > _TARGET for s in steps.values())} of {len(steps)} "
                  f"over {1e3 * _TARGET:.0f} ms")


if __name__ == "__main__":
    main()
