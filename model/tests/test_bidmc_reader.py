"""The reader of BIDMC files: R peaks where they are, and session folders that read back."""

from __future__ import annotations

import gzip
import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from entrain_model import recording

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "workbench/recordings/bidmc.py"
DATA = ROOT.parent / "shared/data/bidmc"


def reader():
    spec = importlib.util.spec_from_file_location("bidmc", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def signals(seed: int, seconds: int = 60) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """An ECG of narrow waves and slow T waves, upright in II and inverted in V, and its R peaks in seconds."""
    rng = np.random.default_rng(seed)
    peaks = np.cumsum(rng.uniform(0.55, 1.0, 200))
    peaks = peaks[(peaks > 0.5) & (peaks < seconds - 0.5)]
    t = np.arange(seconds * 125) / 125
    r = sum(np.exp(-0.5 * ((t - p) / 0.012) ** 2) for p in peaks)
    wave = sum(0.25 * np.exp(-0.5 * ((t - p - 0.25) / 0.05) ** 2) for p in peaks)
    drift = 0.2 * np.sin(2 * np.pi * t / 7)
    noise = 0.02 * rng.standard_normal((2, len(t)))
    breath = np.sin(2 * np.pi * t / 4)
    found = {"II": r + wave + drift + noise[0], "V": -0.7 * r + wave + noise[1], "PLETH": breath, "RESP": breath}
    return found, peaks


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_every_r_peak_is_found_where_it_is(seed):
    given, peaks = signals(seed)
    seconds, marks = reader().marked(given)
    inside = peaks[(peaks > 0.6) & (peaks < 59.4)]
    nearest = np.abs(seconds[:, None] - inside).min(0)
    assert len(seconds) == pytest.approx(len(inside), abs=2)
    assert nearest.max() < 0.008
    assert np.median(nearest) < 0.002
    np.testing.assert_allclose(marks[1:, -1], np.diff(seconds))
    assert np.median(marks[:, 0]) == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("bad", ["II", "V"])
def test_a_lead_that_is_off_for_a_while_loses_no_beat(bad):
    given, peaks = signals(5)
    given[bad][2000:5000] = 0.0
    seconds, _ = reader().marked(given)
    inside = peaks[(peaks > 0.6) & (peaks < 59.4)]
    assert (np.abs(seconds[:, None] - inside).min(0) < 0.1).all()  # its time is only as good as lead II


def test_a_folder_reads_back_and_a_wrong_one_says_so(tmp_path):
    given, _ = signals(6)
    rows = np.stack([np.arange(len(given["II"])) / 125, *given.values()], axis=1)
    with gzip.open(tmp_path / "bidmc_07_Signals.csv.gz", "wt") as out:
        np.savetxt(out, rows, delimiter=",", header="Time [s], II, V, PLETH, RESP", comments="", fmt="%.5f")
    done = subprocess.run(
        [sys.executable, SCRIPT, tmp_path, tmp_path / "out"], capture_output=True, text=True, check=True
    )
    assert "wrote" in done.stdout
    session = recording.read(tmp_path / "out/bidmc-07")
    assert session.streams["beats"].marks.shape == (len(session.streams["beats"].times_nanos), 5)
    assert session.streams["ppg"].values.shape == (60 * 125, 1)
    assert session.end_nanos == 60_000_000_000
    failed = subprocess.run(
        [sys.executable, SCRIPT, tmp_path / "out", tmp_path], capture_output=True, text=True, check=False
    )
    assert "no bidmc_NN_Signals.csv" in failed.stderr


@pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA}: the BIDMC files are not there")
@pytest.mark.parametrize("patient", ["01", "03", "10"])
def test_the_heart_rate_of_a_patient_is_the_monitors(patient):
    module = reader()
    seconds, marks = module.marked(module.read(DATA / f"bidmc_{patient}_Signals.csv.gz"))
    with gzip.open(DATA / f"bidmc_{patient}_Numerics.csv.gz", "rt") as lines:
        lines.readline()
        monitor = np.genfromtxt(lines, delimiter=",")[:, 1]
    assert 60 / np.median(marks[:, -1]) == pytest.approx(np.nanmedian(monitor), abs=1.5)
    assert seconds[-1] > 470
