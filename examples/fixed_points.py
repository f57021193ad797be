"""Where the nuclear spins can settle: fixed points and folds of both models at the reference conditions."""

from vlab.physics.bistability import folds, locking_points
from vlab.samples import QuantumDot
from vlab.samples.specimen import HBAR, DotSpecimen
from vlab.units import unit_factor

UEV = unit_factor("ueV")

for model in ("latta2009", "noncollinear"):
    dot = QuantumDot.sample_a(model=model)
    rates = DotSpecimen(dot).rates(power=2 * dot.si("saturation_power"), duty=0.5, field=4.5)
    print(model)
    for point in locking_points(rates):
        kind = "stable" if point.stable else "unstable"
        print(f"  locks at {point.delta * HBAR / UEV:+.3f} ueV, absorption {point.absorption:.2f}, {kind}")
    for fold in folds(rates):
        print(f"  fold at laser {fold.x * HBAR / UEV:+.2f} ueV, P = {fold.polarization:+.3f}")
