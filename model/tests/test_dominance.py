"""Redundant targets, and the dominance experiment from end to end."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from entrain_model import dominance, recording, redundant, suite, train
from entrain_model.__main__ import main
from entrain_model.redundant import Gains


def test_a_redundant_target_stands_in_both_streams_by_its_gain(tiny):
    session = recording.read(tiny)
    weak, strong = (redundant.redundant(session, Gains(spikes=a, lfp=1.0), 7) for a in (0.0, 4.0))
    again = redundant.redundant(session, Gains(spikes=4.0, lfp=1.0), 7)
    np.testing.assert_array_equal(strong.streams["spikes"].times_nanos, again.streams["spikes"].times_nanos)
    y = strong.labels.values
    assert y.std(0) == pytest.approx(1.0, abs=0.2)
    for session, expected in ((weak, False), (strong, True)):
        unit = session.streams["spikes"]
        rows = np.clip(unit.times_nanos // 10_000_000 + 6, 0, len(y) - 1)  # the target moves 60 ms later
        drive = [np.linalg.norm(y[rows[unit.channel == c]].mean(0)) for c in range(5)]
        assert (min(drive) > 0.5) == expected
    lfp = strong.streams["lfp"].values.reshape(-1, 10, 2).mean(1)
    explained = np.linalg.lstsq(y[6:], lfp[:-6], rcond=None)[1] / ((lfp[:-6] - lfp[:-6].mean(0)) ** 2).sum(0)
    assert (explained < 0.7).all()


def test_the_experiment_runs_whole_and_goes_on_where_it_was(tmp_path, tiny, monkeypatch, capsys):
    monkeypatch.setattr(suite, "_session", lambda folder, subject, number, seconds, options: recording.read(tiny))
    monkeypatch.setattr(dominance, "CASES", {"starved": dominance.CASES["starved"]})
    monkeypatch.setattr(dominance, "CURES", {"none": dominance.CURES["none"]})
    monkeypatch.setattr(train, "LOG_EVERY", 6)
    command = ["train", "--dominance", "--quick", "--out", str(tmp_path)]
    assert main(command) == 0
    table = (tmp_path / "table.md").read_text()
    assert "### starved" in table
    with (tmp_path / "scores.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["removed"], row["left"]) for row in rows] == [("lfp", "spikes"), ("spikes", "lfp")]
    assert all(float(row["share_low"]) <= float(row["share"]) <= float(row["share_high"]) for row in rows)
    assert (tmp_path / "share.png").stat().st_size > 1000
    assert (tmp_path / "gradients.png").stat().st_size > 1000
    models = {f: f.stat().st_mtime_ns for f in (tmp_path / "models").iterdir()}
    gone = tmp_path / "models" / "starved-subject-21-seed-1-none.scores.json"
    gone.unlink()
    assert main(command) == 0
    again = {f: f.stat().st_mtime_ns for f in (tmp_path / "models").iterdir()}
    assert {f for f in again if again[f] != models[f]} == {gone}
    assert (tmp_path / "table.md").read_text() == table
    assert main(["train", "--dominance", "--steps", "13", "--out", str(tmp_path)]) == 2
    assert "of a training of 12 steps, must be 13; name another --out" in capsys.readouterr().err
