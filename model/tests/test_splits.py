"""Splits of the units of a recording, and their lags."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import yaml

from entrain_model import judge, recipe, splits, study_report, verdicts
from entrain_model.__main__ import main
from entrain_model.judge import Verdict
from entrain_model.recipe import RECORDING
from entrain_model.splits import SPLITS, Split

BASE = Path(__file__).parents[2] / "workbench/recordings/m1-reaching.yaml"
DATA = BASE.parents[3] / "shared/data/m1-reaching"


@pytest.mark.parametrize("split", SPLITS, ids=lambda s: s.name)
def test_a_split_deals_every_unit_to_one_side_and_its_file_reads_the_same(tmp_path, split):
    base = yaml.safe_load(BASE.read_text())
    units = sorted(u for s in base["streams"] for u in s["columns"])
    tree = yaml.safe_load(splits.write(split, BASE, tmp_path).read_text())
    sides = {s["modality"]: s["columns"] for s in tree["streams"]}
    assert sorted(sides["reference"] + sides["delayed"]) == units
    assert len(sides["reference"]) == (15 if split.kind.endswith("few") else len(units) // 2)
    if split.kind.startswith("index"):
        assert sides["reference"] == units[: len(sides["reference"])]


def test_every_split_is_another_one_and_always_the_same():
    units = [f"unit_{i:03d}" for i in range(146)]
    chosen = {s.name: tuple(s.reference(units)) for s in SPLITS}
    assert len(set(chosen.values())) == len(SPLITS)
    assert chosen == {s.name: tuple(s.reference(units)) for s in SPLITS}


def test_lags_of_a_condition_cover_the_range_and_do_not_leave_it():
    constants = [splits.constant_lag(i, 8, 400.0) for i in range(8)]
    assert np.histogram(constants, np.linspace(-400, 400, 9))[0].tolist() == [1] * 8
    for i in range(8):
        path = splits._lag("drifting", i, RECORDING, 120.0)(np.linspace(0, 120, 2000))
        assert np.abs(path).max() <= 400
        assert np.ptp(path) > 20


@pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA}: the M1 recording is not there")
def test_a_stretch_to_report_is_the_last_fifth_with_the_same_labels_under_every_lag(tmp_path):
    made = splits.task(splits.write(Split("few", 1), BASE, tmp_path), DATA)
    small = dataclasses.replace(RECORDING)
    contract = recipe.contract_for(made, small, "lag-posterior", "m")
    (_, span), (_, chosen) = made.report[0], made.choose[0]
    assert span[0] == chosen[1]
    assert (span[1] - span[0]) / 1e9 == pytest.approx(124, abs=1)
    whole = [s for c in splits.CONDITIONS for s in splits.streams(c, made, small, contract)]
    assert len(whole) == 1 + 3 * splits.STREAMS
    for panes in whole:
        np.testing.assert_array_equal(panes.targets, whole[0].targets)


def made_verdict(model: str, run: str, condition: str, error: float, rng: np.random.Generator) -> Verdict:
    y = rng.standard_normal((6, 50))
    sums = np.stack([np.full(6, 50.0), y.sum(1), (y**2).sum(1), error * (y**2).sum(1)], axis=1)[:, :, None]
    return Verdict(model, run, condition, {"coverage_90": 0.9}, {"decoded": sums, "smoothed": sums}, np.zeros(0))


def test_verdicts_come_back_as_they_were_kept_and_only_for_their_file(tmp_path):
    rng = np.random.default_rng(1)
    kept = [made_verdict("early-cnn", "few-1-seed-1", c, 0.4, rng) for c in ("constant", "drifting")]
    verdicts.store(tmp_path / "v/a.json", "abc", kept)
    found = verdicts.load(tmp_path / "v/a.json", "abc")
    assert [(v.model, v.run, v.condition, v.figures) for v in found] == [
        (v.model, v.run, v.condition, v.figures) for v in kept
    ]
    np.testing.assert_allclose(found[1].sums["decoded"], kept[1].sums["decoded"], rtol=1e-6)
    assert verdicts.load(tmp_path / "v/a.json", "another") is None


def test_the_share_of_the_gain_is_one_for_the_told_model_and_zero_for_the_reference(tmp_path):
    errors = {"reference-only": 0.6, "early-cnn": 0.4, "lag-posterior": 0.25, "two-stage, true lag": 0.2}
    found = [
        made_verdict(model, f"few-{i}-seed-1", c, error, np.random.default_rng([i, j]))
        for model, error in errors.items()
        for i in (1, 2)
        for j, c in enumerate(splits.MIX)
    ]
    table = study_report.m1(found)
    rows = {r["model"]: r for r in table if r["condition"] == "mix"}
    assert rows["two-stage, true lag"]["decoded_kept"] == pytest.approx(1.0)
    assert rows["early-cnn"]["decoded_kept"] == pytest.approx(0.5, abs=0.03)
    assert rows["lag-posterior"]["decoded_kept"] == pytest.approx(0.875, abs=0.03)
    assert rows["early-cnn"]["decoded_lead"] == pytest.approx(0.15, abs=0.02)
    assert rows["early-cnn"]["decoded_lead_low"] > 0
    assert rows["early-cnn"]["decoded_ahead_of_alone"] == "2 of 2"
    point, _ = judge.pooled([v for v in found if v.model == "early-cnn" and v.condition == "constant"], "decoded")
    assert rows["early-cnn"]["decoded_r2"] == pytest.approx(point, abs=0.05)
    study_report.write(tmp_path, "m1", table)
    assert "### few, mix (2 runs)" in (tmp_path / "tables.md").read_text()
    assert (tmp_path / "r2.png").stat().st_size > 1000


def test_tables_are_made_of_kept_verdicts_alone(tmp_path, capsys):
    rng = np.random.default_rng(3)
    kept = [made_verdict("lag-posterior", "half-2-seed-1", c, 0.3, rng) for c in splits.CONDITIONS]
    verdicts.store(tmp_path / "verdicts/a.json", "abc", kept)
    assert main(["study", "m1", "--models", str(tmp_path), "--out", str(tmp_path), "--tables-only"]) == 0
    assert "### half, mix (1 runs)" in capsys.readouterr().out
    assert (tmp_path / "scores.csv").read_text().count("\n") == 6  # four conditions, their mix, a line of names


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["m1"], "--data is missing"),
        (["m1", "--tables-only"], "no verdicts there"),
        (["m1", "--data", "x", "--splits", "few-9"], "--splits has 'few-9', must be some of few-1"),
        (["m1", "--data", "x", "--kinds", "oracle"], "--kinds has 'oracle', must be some of lag-posterior"),
        (["m1", "--data", "x", "--seeds", "one"], "--seeds has 'one', must be whole numbers of at least 0"),
        (["bidmc", "--data", "x"], "x: no session folders; make them with workbench/recordings/bidmc.py"),
    ],
)
def test_wrong_options_of_a_study_get_one_clear_line(tmp_path, options, message, capsys):
    assert main(["study", *options, "--models", str(tmp_path), "--out", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA}: the M1 recording is not there")
def test_a_quick_study_trains_scores_and_goes_on_from_what_it_kept(tmp_path, capsys):
    command = ["study", "m1", "--data", str(DATA), "--models", str(tmp_path / "m"), "--out", str(tmp_path), "--quick"]
    assert main([*command, "--kinds", "reference-only"]) == 0
    kept = tmp_path / "verdicts/few-1-seed-1-reference-only.json"
    before = kept.stat().st_mtime_ns
    assert main([*command, "--kinds", "reference-only"]) == 0
    assert kept.stat().st_mtime_ns == before
    assert "reference-only" in capsys.readouterr().out
