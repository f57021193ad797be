"""The doors: importing, setting and getting quantities, against pint itself."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.timing import Row, best, best_process
from instruments import dragging_bench
from vlab import Q_


def rows() -> Iterator[Row]:
    bench = dragging_bench(noise=False)
    detector, tenth = bench.detector, Q_(0.9, "")
    field = Q_(4.0, "T")

    def put() -> None:
        detector.balance = tenth

    yield Row("set a quantity (dimensionless)", best(put, loops=20_000), "exact", "pint m_as",
              best(lambda: tenth.m_as("percent"), loops=500), "exact")

    def put_field() -> None:
        bench.magnet.ramp_rate = rate

    rate = Q_(0.4, "T/min")
    yield Row("set a quantity (T/min)", best(put_field, loops=20_000), "1 ulp", "pint m_as",
              best(lambda: rate.m_as("T/s"), loops=500), "1 ulp")
    yield Row("get a quantity", best(lambda: bench.magnet.field, loops=20_000), "exact", "pint Quantity(x, 'T')",
              best(lambda: Q_(4.0, "T"), loops=500), "exact")
    del field
    pint = "import pint; u = pint.UnitRegistry(cache_folder=None); u.Quantity(1.0, 'V')"
    yield Row("from vlab import Q_", best_process("from vlab import Q_; Q_(1.0, 'V')"), "-", "pint with its registry",
              best_process(pint), "-")
    first = ("import numpy as np; from vlab.physics.dnsp_rate import evolve_ticks\nimport vlab.physics.lowpass as lp\n"
             "x = np.zeros(2); evolve_ticks(0.0, x, 0.01, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1e-12, x.copy(), x.copy())\n")
    second = ("_s = _t.process_time()\nlp.advance(np.zeros(1, complex), np.zeros(0), np.ones((1, 1), complex), "
              "np.ones((1, 2)), 0, 10**10, 1.0)\n")
    yield Row("second kernel from the cache", best_process(first + second), "-", "its compilation",
              best_process("import os, tempfile; os.environ['NUMBA_CACHE_DIR'] = tempfile.mkdtemp()\n" + first + second,
                           repeats=2), "-")
