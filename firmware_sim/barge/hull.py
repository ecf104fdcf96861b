"""Computes a hull file: `python -m firmware_sim.barge.hull OUT.toml`, with the extra `hydro`.

Linear potential flow by Capytaine (Ancellin and Dias 2019, doi 10.21105/joss.01341) in deep
water; mean drift from the far field (Maruo 1960). A lid inside the hull at the waterline
suppresses irregular frequencies. The flat barge is that of a Marmac 300-class ship.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DENSITY_KG_M3 = 1025.0
GRAVITY_M_S2 = 9.80665
MOTIONS = ("Surge", "Sway", "Heave", "Roll", "Pitch", "Yaw")
SIGNS = np.array([1.0, -1.0, 1.0, 1.0, -1.0, -1.0])
"""From axes forward, port, up to ours; heave stays up."""
DRIFT_SIGNS = {"surge": 1.0, "sway": -1.0, "yaw": -1.0}
FREQUENCIES_RAD_S = np.concatenate(
    (
        np.arange(0.2, 0.79, 0.05),
        np.arange(0.8, 1.06, 0.025),
        np.arange(1.1, 1.56, 0.05),
        np.arange(1.6, 2.35, 0.1),
    )
)
"""Closest about the natural frequency of roll."""
FROM_DEG = np.arange(0.0, 90.1, 7.5)
_PANEL_M = 2.0
_THETA = np.linspace(-0.1, 2.0 * np.pi + 0.1, 800)


@dataclass(frozen=True)
class Barge:
    """A box. Radii of gyration are shares of beam (roll) and length (pitch, yaw)."""

    length_m: float = 91.44
    beam_m: float = 30.48
    draft_m: float = 3.0
    keel_to_cg_m: float = 7.0
    roll_radius: float = 0.35
    pitch_radius: float = 0.25
    roll_damping: float = 0.05
    """Share of critical damping that is added to that of the waves, for eddies and friction."""

    @property
    def mass_kg(self) -> float:
        """Of the displaced water."""
        return DENSITY_KG_M3 * self.length_m * self.beam_m * self.draft_m

    @property
    def inertia(self) -> NDArray[np.float64]:
        """Diagonal, in the order of MOTIONS."""
        roll_m, pitch_m = self.roll_radius * self.beam_m, self.pitch_radius * self.length_m
        return self.mass_kg * np.array([1.0, 1.0, 1.0, roll_m**2, pitch_m**2, pitch_m**2])


def main() -> None:
    """Compute the flat barge and write its file."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m firmware_sim.barge.hull OUT.toml")
    if importlib.util.find_spec("capytaine") is None:
        sys.exit("Capytaine is not installed: pip install 'landfall[hydro]'")
    barge = Barge()
    dataset = solve(barge, FREQUENCIES_RAD_S, FROM_DEG)
    Path(sys.argv[1]).write_text("\n".join(_file(barge, dataset)) + "\n", encoding="utf-8")


def solve(
    barge: Barge, frequencies_rad_s: NDArray[np.float64], from_deg: NDArray[np.float64]
) -> Any:
    """The Capytaine dataset with `rao`, `added_mass` and drift forces.

    Frequencies must enclose the natural frequency of roll, about which damping is added.
    """
    import capytaine as cpt

    body = _body(cpt, barge)
    waves = np.pi - np.radians(from_deg)
    problems = []
    for omega in frequencies_rad_s:
        water = {"body": body, "omega": omega, "rho": DENSITY_KG_M3, "g": GRAVITY_M_S2}
        problems += [cpt.RadiationProblem(radiating_dof=dof, **water) for dof in MOTIONS]
        problems += [cpt.DiffractionProblem(wave_direction=wave, **water) for wave in waves]
    solver = cpt.BEMSolver(method="indirect")
    results = solver.solve_all(problems, keep_details=True, progress_bar=False)
    dataset = cpt.assemble_dataset(results)
    dataset.update(cpt.io.xarray.kochin_data_array(results, _THETA))
    dataset["rao"] = cpt.post_pro.rao(dataset, dissipation=_damping(body, barge, dataset))
    dataset.update(cpt.post_pro.far_field_mean_drift_force(dataset["rao"], dataset))
    return dataset


def _body(cpt: Any, barge: Barge) -> Any:
    size = (barge.length_m, barge.beam_m, barge.draft_m)
    mesh = cpt.mesh_parallelepiped(
        size=size,
        center=(0.0, 0.0, -0.5 * barge.draft_m),
        faces_max_radius=_PANEL_M / np.sqrt(2.0),
        missing_sides={"top"},
    )
    centre = (0.0, 0.0, barge.keel_to_cg_m - barge.draft_m)
    body = cpt.FloatingBody(
        mesh=mesh,
        lid_mesh=mesh.generate_lid(),
        dofs=cpt.rigid_body_dofs(rotation_center=centre),
        center_of_mass=centre,
        mass=barge.mass_kg,
    )
    body.inertia_matrix = body.add_dofs_labels_to_matrix(np.diag(barge.inertia))
    body.hydrostatic_stiffness = body.compute_hydrostatic_stiffness(
        rho=DENSITY_KG_M3, g=GRAVITY_M_S2
    )
    return body


def _damping(body: Any, barge: Barge, dataset: Any) -> Any:
    """The extra roll damping, of the inertia and stiffness about the natural frequency."""
    roll = {"influenced_dof": "Roll", "radiating_dof": "Roll"}
    stiffness = float(body.hydrostatic_stiffness.sel(roll))
    inertia = barge.inertia[3]
    omega = np.sqrt(stiffness / (2.0 * inertia))
    for _ in range(5):
        total = inertia + float(dataset.added_mass.sel(roll).interp(omega=omega))
        omega = np.sqrt(stiffness / total)
    matrix = np.zeros((6, 6))
    matrix[3, 3] = 2.0 * barge.roll_damping * np.sqrt(stiffness * total)
    return body.add_dofs_labels_to_matrix(matrix)


def _file(barge: Barge, dataset: Any) -> Iterator[str]:
    slow = np.diag(dataset.added_mass.sel(omega=FREQUENCIES_RAD_S[0]).values)
    yield "# Computed by `python -m firmware_sim.barge.hull`; not edited by hand."
    yield ""
    yield 'id = "flat-barge"'
    yield 'title = "Flat barge, 300 x 100 ft"'
    yield (
        f'source = "Capytaine {_version()}, box {barge.length_m} x {barge.beam_m} m, '
        f"draft {barge.draft_m} m, KG {barge.keel_to_cg_m} m, k_roll {barge.roll_radius} B, "
        f"k_pitch = k_yaw {barge.pitch_radius} L, +{100 * barge.roll_damping:g} % roll damping "
        f"(draft, KG, radii, damping assumed), deep water, {_PANEL_M:g} m panels, "
        'drift from the far field"'
    )
    yield f"length_m = {barge.length_m}"
    yield f"beam_m = {barge.beam_m}"
    yield f"draft_m = {barge.draft_m}"
    yield f"mass_kg = {barge.mass_kg:.0f}.0"
    yield f"yaw_inertia_kg_m2 = {barge.inertia[5]:.4e}"
    yield f"cg_height_m = {barge.keel_to_cg_m - barge.draft_m}"
    yield f"surge_added_mass_kg = {slow[0]:.0f}.0"
    yield f"sway_added_mass_kg = {slow[1]:.0f}.0"
    yield f"yaw_added_inertia_kg_m2 = {slow[5]:.4e}"
    yield f"frequencies_rad_s = {_row(FREQUENCIES_RAD_S, 3)}"
    for from_deg in FROM_DEG:
        yield from _heading(dataset, float(from_deg))


def _version() -> str:
    from importlib.metadata import version

    return version("capytaine")


def _heading(dataset: Any, from_deg: float) -> Iterator[str]:
    wave = np.pi - np.radians(from_deg)
    responses = dataset["rao"].sel(wave_direction=wave, method="nearest")
    yield ""
    yield "[[heading]]"
    yield f"from_deg = {from_deg}"
    for motion, sign in zip(MOTIONS, SIGNS, strict=True):
        values = sign * responses.sel(radiating_dof=motion).values
        angular = motion in MOTIONS[3:]
        amplitude = np.abs(values) * (180.0 / np.pi if angular else 1.0)
        lag = np.where(amplitude < 5e-5, 0.0, np.degrees(np.angle(values)))
        yield f"{motion.lower()} = {_row(amplitude, 4)}"
        yield f"{motion.lower()}_lag_deg = {_row(lag, 1)}"
    here = {"wave_direction_k": wave, "wave_direction_l": wave}
    for axis, unit in (("surge", "n_m2"), ("sway", "n_m2"), ("yaw", "n_m_m2")):
        force = dataset[f"drift_force_{axis}"].sel(here, method="nearest").values.real
        yield f"{axis}_drift_{unit} = {_row(DRIFT_SIGNS[axis] * force, 0)}"


def _row(values: NDArray[np.float64], digits: int) -> str:
    numbers = np.round(values, digits) + 0.0
    return "[" + ", ".join(f"{number:.{max(digits, 1)}f}" for number in numbers) + "]"


if __name__ == "__main__":
    main()
