"""A dot whose nuclei are one collective spin, in the steady state of the quantum master equation: its parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from vlab.errors import LimitError
from vlab.parameters import Parameters, choice, count, quantity
from vlab.units import Q_, Quantity, to_si_array, unit_factor

if TYPE_CHECKING:
    from vlab.physics.dicke import DickeModel

_MOST_NUMBERS = 100_000_000
_NEGLIGIBLE = 1e-15

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DickeState:
    """The steady state over bare detunings; ``...`` stands for the shape of the detunings that were asked for.

    Two variances are offered. The total one is that of I_z in the whole ensemble, which a measurement would find; the
    conditional one is the mean, over the total spins I, of the variance at fixed I. They differ by the spread of
    the mean I_z from one I to another.
    """

    detuning: Quantity
    """Bare detuning, ueV, shape ``...``; positive: laser red of the line without nuclear polarization."""
    absorption: Quantity
    """Gamma rho_tt, 1/s, shape ``...``."""
    absorption_normalized: Floats
    """The same in units of the peak of eq. 15, shape ``...``; below 1, since the electron is shelved in the other spin
    state. Zero without light."""
    iz: Floats
    """I_z from -N/2 to N/2, shape (N + 1,)."""
    distribution: Floats
    """P(I_z), shape (..., N + 1)."""
    mean_iz: Floats
    """Shape ``...``."""
    total_variance: Floats
    """Variance of I_z in the whole ensemble, shape ``...``."""
    conditional_variance: Floats
    """Mean over the total spins I of the variance of I_z at fixed I, shape ``...``."""
    up: Floats
    """Population of the electron state that absorbs, shape ``...``; with the next two it sums to 1."""
    down: Floats
    """Population of the other electron state, in which the dot is dark."""
    trion: Floats

    @property
    def nuclei(self) -> int:
        """N."""
        return self.iz.size - 1

    @property
    def thermal_variance(self) -> float:
        """Variance of I_z of maximally mixed nuclei, N/4."""
        return self.nuclei / 4.0

    @property
    def polarization(self) -> Floats:
        """P = 2 I_z / N at each I_z, shape (N + 1,)."""
        return 2.0 * self.iz / self.nuclei

    @property
    def mean_polarization(self) -> Floats:
        """2 <I_z> / N, shape ``...``."""
        return 2.0 * self.mean_iz / self.nuclei


@dataclass(frozen=True, kw_only=True)
class DickeDot(Parameters):
    """Parameters of a charged dot with a collective nuclear spin; frozen. ``dot.replace(...)`` makes another.

    Section II of the supplement to Latta et al., Nature Physics 5, 758 (2009): a driven three-level dot (electron up
    and down, trion) whose N nuclei couple alike, so that their total spin I is conserved and their state is diagonal in
    I_z (eq. 12). The line is the blue Zeeman line; P = 2 <I_z> / N > 0 lowers it by (A/2) P.

    What it can show: nuclear polarization of both signs, the narrowing of its distribution near resonance, and the
    wide distribution where two branches meet.

    What it cannot: each I has one steady state, so there is no hysteresis and no memory of the scan's direction. The
    line follows the laser only as far as \\|I_z\\| <= I lets it, and I is of the order of sqrt(N), as in thermal
    nuclei. The polarization does not return to zero within many linewidths of the line: the only decay of the nuclear
    spin are flip-flops with the electron's reservoir, k_ff, so slow that little absorption beats them;
    ``nuclear_flip_rate``, which is ours, adds another one. And it tells nothing of times.
    """

    _title: ClassVar[str] = "DickeDot"

    linewidth: Quantity = quantity("ueV", "Set the linewidth hbar Gamma, the decay of the trion to spin up.", 0.85,
                                   above=0.0)
    rabi_frequency: Quantity = quantity("ueV", "Set hbar Omega, the Rabi frequency of the laser.", 0.85, minimum=0.0)
    hyperfine_coupling: Quantity = quantity("ueV", "Set A; each nucleus couples with A/N, and full polarization shifts "
                                            "the line by A/2.", 120.0, above=0.0)
    nuclei: int = count("Set N, the number of nuclear spins 1/2.", 1000, minimum=1, maximum=1_000_000)
    field: Quantity = quantity("T", "Set the magnetic field; assisted flips of nuclei fall with its square.", 4.5,
                               above=0.0)
    electron_g_factor: Quantity = quantity("", "Set g_e, the electron g factor; its sign plays no part.", -0.67)
    gamma_hhlh: Quantity = quantity("ueV", "Set hbar gamma_hhlh, the decay of the trion to spin down, by mixing of "
                                    "heavy and light holes.", 8.5e-3, minimum=0.0)
    kappa: Quantity = quantity("ueV", "Set hbar kappa, the electron's spin flips by its reservoir, each way.",
                               1.7e-3, above=0.0)
    k_ff: Quantity = quantity("ueV", "Set hbar k_ff, the flip-flops of electron and nuclei by the reservoir, before "
                              "the square of the flip amplitude A/(N hbar omega_z).", 1.7e-3, minimum=0.0)
    spin_ratio: Quantity = quantity("", "Set gamma_spin / W_abs, the spin dephasing by light per absorbed photon of "
                                    "eq. 15.", 3.0, minimum=0.0)
    nuclear_flip_rate: Quantity = quantity("1/s", "Set the rate of free flips of the collective nuclear spin; not in "
                                           "the supplement, and more than a hundred times slower to compute.", 0.0,
                                           minimum=0.0)
    weights: str = choice(("thermal", "literal"), "Choose how total spins I are weighted: as in maximally mixed "
                          "nuclei, (2I + 1) D(I) / 2^N with D(I) multiplets of spin I (thermal), or by D(I) alone, as "
                          "the supplement says (literal).", "thermal")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.si("electron_g_factor") == 0.0:
            raise LimitError("DickeDot.electron_g_factor got 0; the model wants a Zeeman splitting, any other number.")
        lowering = (self.si("k_ff"), self.si("nuclear_flip_rate"), self.si("spin_ratio") * self.si("rabi_frequency"))
        if not any(lowering):
            raise LimitError("DickeDot.k_ff got 0, and without it, without light and spin_ratio and without "
                             "nuclear_flip_rate nothing lowers I_z; it wants a quantity above 0 ueV.")

    @property
    def model(self) -> DickeModel:
        """The plain numbers of the master equation, for the physics."""
        from vlab.physics.dicke import DickeModel
        from vlab.samples.specimen import HBAR, MU_B

        return DickeModel(
            nuclei=self.nuclei,
            coupling=self.si("hyperfine_coupling") / HBAR,
            omega=self.si("rabi_frequency") / HBAR,
            omega_z=abs(self.si("electron_g_factor")) * MU_B * self.si("field") / HBAR,
            gamma=self.si("linewidth") / HBAR,
            gamma_hhlh=self.si("gamma_hhlh") / HBAR,
            kappa=self.si("kappa") / HBAR,
            k_ff=self.si("k_ff") / HBAR,
            spin_ratio=self.si("spin_ratio"),
            gamma_nuc=self.si("nuclear_flip_rate"),
        )

    def spin_weights(self) -> Floats:
        """Return the weights of the total spins I from 0 or 1/2 to N/2, shape (N // 2 + 1,).

        The largest spins, whose weights together are less than 1e-15, have the weight 0: they cost most and change
        nothing.
        """
        from vlab.physics.dicke import literal_weights, thermal_weights

        found = thermal_weights(self.nuclei) if self.weights == "thermal" else literal_weights(self.nuclei)
        from_above = np.cumsum(found[::-1])[::-1]
        return np.where(from_above < _NEGLIGIBLE, 0.0, found)

    def steady_state(self, detuning: Quantity, *, stop: Callable[[], bool] | None = None) -> DickeState:
        """Return the steady state at bare detunings.

        Parameters
        ----------
        detuning : Quantity
            Bare detuning, one or an array of any shape; positive: laser red of the line.
        stop : callable, optional
            Asked every tenth of a second or so; true ends the computation with `InterruptedError`.

        Returns
        -------
        DickeState
            Arrays of the shape of ``detuning``.

        Raises
        ------
        SettingError
            ``detuning`` is no energy or not finite.
        LimitError
            There are so many detunings that the distributions would not fit into memory.
        """
        from vlab.physics.absorption import peak_rate
        from vlab.physics.dicke import mixture
        from vlab.samples.specimen import HBAR

        joules = to_si_array(detuning, "ueV", "steady_state.detuning")
        if joules.size * (self.nuclei + 1) > _MOST_NUMBERS:
            raise LimitError(f"steady_state.detuning got {joules.size} values; for {self.nuclei} nuclei it wants "
                             f"{_MOST_NUMBERS // (self.nuclei + 1)} at most.")
        shape, model = joules.shape, self.model
        found = mixture(model, joules.ravel() / HBAR, self.spin_weights(), stop)
        peak = peak_rate(model.omega, model.gamma)
        normalized = found.absorption / peak if peak > 0.0 else np.zeros_like(found.absorption)
        return DickeState(
            detuning=Q_(joules / unit_factor("ueV"), "ueV"),
            absorption=Q_(found.absorption.reshape(shape), "1/s"),
            absorption_normalized=normalized.reshape(shape),
            iz=found.iz,
            distribution=found.distribution.reshape(*shape, -1),
            mean_iz=found.mean_iz.reshape(shape),
            total_variance=found.total_variance.reshape(shape),
            conditional_variance=found.conditional_variance.reshape(shape),
            up=found.up.reshape(shape),
            down=found.down.reshape(shape),
            trion=found.trion.reshape(shape),
        )
