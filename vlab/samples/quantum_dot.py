"""A quantum dot whose nuclear spins lock its optical resonance to the laser: its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from vlab.errors import LimitError
from vlab.parameters import Parameters, choice, count, quantity, switch
from vlab.units import Quantity, show

Model = Literal["latta2009", "noncollinear"]
Preset = Literal["tuned", "reference"]
Charge = Literal["neutral", "charged"]
_MOST_FLIPPING = 1_000_000_000
"""Nuclei whose single flips are followed: a flip takes about 20 ns, and there are some N gamma_dec of them a second."""


@dataclass(frozen=True, kw_only=True)
class QuantumDot(Parameters):
    """Parameters of one dot; frozen, all of them quantities. ``dot.replace(linewidth=...)`` makes another.

    The nuclear polarization P follows eq. 13 of the supplement to Latta et al., Nature Physics 5, 758 (2009),

        dP/dt = alpha_roh W + alpha_oh W^2 + alpha_nc W_peak (4 delta / Gamma_p) w^2 - gamma_dec P,

    with the absorption W of eq. 15, w = W / W_peak, and the effective detuning delta = x - K P. The term with
    ``alpha_nc`` is not in eq. 13; it is absent in the model ``latta2009``. With ``fluctuations`` the N nuclear spins
    flip one by one at random, with these rates on average. That is physics, not noise: it belongs to the dot, and stays
    when the noise of the instruments is switched off.

    The dot holds the charge whose line is probed between two gate voltages; at the edges of that plateau other charges
    come and go much faster than nuclei flip, so that absorption and pumping are multiplied by the occupation

        n = 1 / (1 + exp((V_start - V) / V_edge)) / (1 + exp((V - V_end) / V_edge)).

    Charges that move in the crystal let the line wander slowly (an Ornstein-Uhlenbeck process), where the bench has
    noise. A laser with a linewidth broadens the power-broadened line in quadrature and lowers it, area
    conserved.
    """

    _title: ClassVar[str] = "QuantumDot"

    model: str = choice(("noncollinear", "latta2009"),
                        "Choose the rate model: eq. 13 to the letter (latta2009), or with the odd non-collinear pump "
                        "term that locks from both sides (noncollinear).", "noncollinear")
    linewidth: Quantity = quantity("ueV", "Set the linewidth hbar Gamma at low power.", 0.60, above=0.0)
    overhauser_shift: Quantity = quantity("ueV", "Set K, the shift of the blue line at full nuclear polarization.",
                                          60.0, above=0.0)
    alpha_roh: Quantity = quantity("", "Set alpha_ROH, the reverse Overhauser pumping per absorbed photon.", 6.6e-12,
                                   minimum=0.0)
    alpha_oh: Quantity = quantity("s", "Set alpha_OH, the Overhauser pumping (negative).", -4.3e-20, maximum=0.0)
    alpha_nc: Quantity = quantity("", "Set alpha_NC, the non-collinear pumping; positive locks the blue line.",
                                  3.6e-11)
    nuclear_decay_rate: Quantity = quantity("1/s", "Set gamma_dec, the decay rate of the nuclear polarization.", 0.04,
                                            above=0.0)
    nuclei: int = count("Set N, the number of nuclear spins.", 100_000, minimum=2)
    fluctuations: bool = switch("Let nuclear spins flip one by one at random, as N of them do; off: eq. 13 itself.",
                                False)
    saturation: bool = switch("With fluctuations: let the pumps weaken as 1 - P (up) and 1 + P (down), the part of the "
                              "nuclei that is left to flip; the drift is then eq. 13 at P = 0 only.", False)
    electron_g_factor: Quantity = quantity("", "Set g_e, the electron g factor.", -0.67)
    hole_g_factor: Quantity = quantity("", "Set g_h, the hole g factor.", 0.5)
    diamagnetic_shift: Quantity = quantity("ueV/T^2", "Set the diamagnetic shift of the line.", 8.0)
    zeeman_line: str = choice(("blue", "red"), "Choose the Zeeman line that the laser works on; nuclear polarization "
                              "shifts the two in opposite directions.", "blue")
    transition_energy: Quantity = quantity("eV", "Set the transition energy at zero field and at the Stark zero.", 1.3,
                                           above=0.0)
    stark_shift: Quantity = quantity("ueV/mV", "Set the linear Stark shift of the line with the gate voltage.", 1.0)
    stark_curvature: Quantity = quantity("ueV/mV^2", "Set the quadratic Stark shift.", 0.0)
    stark_zero: Quantity = quantity("V", "Set the gate voltage from which the Stark shift counts.", 0.4)
    plateau_start: Quantity = quantity("V", "Set the gate voltage from which the dot holds the charge whose line is "
                                       "probed.", 0.2)
    plateau_end: Quantity = quantity("V", "Set the gate voltage up to which it holds that charge.", 0.6)
    plateau_edge: Quantity = quantity("mV", "Set the width of both edges; the occupation is 1 / (1 + exp(-V / width)).",
                                      2.0, above=0.0)
    spectral_wandering: Quantity = quantity("ueV", "Set the rms of the slow wandering of the line, by charges that "
                                            "move near the dot; it wanders on benches with noise.", 0.03, minimum=0.0)
    wandering_time: Quantity = quantity("s", "Set the correlation time of the wandering.", 30.0, minimum=0.05)
    wandering: bool = switch("With the noise of the bench: let the line wander.", True)
    saturation_power: Quantity = quantity("nW", "Set the laser power P_sat; (Omega/Gamma)^2 = power / (2 P_sat).", 5.0,
                                          above=0.0)
    contrast: Quantity = quantity("", "Set the peak change of transmission DT/T at low power.", 3e-3, above=0.0,
                                  maximum=1.0)
    light_induced_decay: bool = switch("Let gamma_dec grow with the Rabi frequency as (2 + (Omega/Gamma)^4)/3.", True)
    field_dependence: bool = switch("Let the pump rates fall as (4.5 T/B)^2 and gamma_dec with them, times "
                                    "(1 + B_h/B)/(1 + B_h/4.5 T).", True)
    half_range_field: Quantity = quantity("T", "Set B_h; the range of dragging grows with field as B/(B + B_h).", 3.0,
                                          minimum=0.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.model == "latta2009" and self.si("alpha_nc") != 0.0:
            raise LimitError("QuantumDot.alpha_nc must be 0 in the model latta2009, which is eq. 13 to the letter; "
                             "choose model='noncollinear' for the odd pump term.")
        if self.si("plateau_end") <= self.si("plateau_start"):
            raise LimitError(f"QuantumDot.plateau_end got {show(self.si('plateau_end'), 'V')}; it wants a voltage "
                             f"above plateau_start, {show(self.si('plateau_start'), 'V')}.")
        if self.saturation and not self.fluctuations:
            raise LimitError("QuantumDot.saturation must be off while fluctuations is off, since the mean polarization "
                             "follows eq. 13, which has no saturation; set fluctuations too.")
        if self.fluctuations and self.nuclei > _MOST_FLIPPING:
            raise LimitError(f"QuantumDot.nuclei got {self.nuclei}; it wants a whole number from 2 to "
                             f"{_MOST_FLIPPING} while fluctuations is on, since each flip is followed.")

    @classmethod
    def sample_a(cls, model: Model = "noncollinear", preset: Preset = "tuned",
                 charge: Charge = "neutral") -> QuantumDot:
        """Return a dot like those of sample A in the supplement.

        Parameters
        ----------
        model : {"noncollinear", "latta2009"}
            Eq. 13 with or without the odd pump term.
        preset : {"tuned", "reference"}
            ``reference`` has the starting values of the theory notes; in ``tuned`` all nuclear rates are multiplied by
            one factor so that the dragging width builds up with tau ~ 1 s, as in figure S1c.
        charge : {"neutral", "charged"}
            The transition of figure S2a: the neutral exciton X0 or the negatively charged exciton X-.

        Raises
        ------
        LimitError
            The model, preset or charge does not exist.
        """
        from vlab.samples.presets import sample_a

        return sample_a(model, preset, charge)
