"""The forecast of the breakdown noise, on evidence whose law is known and on a real exported file."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import TRAINED

from entrain_model import breakdown, forecasts, suite
from entrain_model import contract as contracts
from entrain_model.contract import ContractError
from entrain_model.lag_filter import expected_maximum
from entrain_model.suite import Run

MODEL = TRAINED / "lag-posterior-incremental.onnx"


@pytest.fixture(scope="module")
def contract():
    return contracts.read(MODEL)


def drawn(margin, contract, windows=4000, seed=0):
    """Windows whose true lag stands `margin` sd above independent normal others."""
    rng, grid = np.random.default_rng(seed), np.asarray(contract.lag.grid_millis)
    evidence = rng.standard_normal((windows, len(grid)))
    place = rng.integers(0, len(grid), windows)
    evidence[np.arange(windows), place] = margin + 0.5 * rng.standard_normal(windows)
    return breakdown.judged(evidence, grid[place], contract)


def test_margin_of_windows_is_the_one_they_were_drawn_with(contract):
    for margin in (4.0, 6.0, 9.0):
        assert drawn(margin, contract).margin.mean() == pytest.approx(margin, rel=0.05)


def test_half_of_the_windows_hit_where_the_margin_is_the_expected_maximum_of_the_others(contract):
    found = drawn(expected_maximum(len(contract.lag.grid_millis) - 1), contract)
    assert found.hit.mean() == pytest.approx(0.5, abs=0.08)


def test_forecast_finds_the_noise_at_which_a_known_law_breaks_down(contract):
    law = {"spikes": 0.15, "lfp": 0.04}

    def margin(noise, only=None):
        fall = (1 + law["spikes"] * noise * (only != "lfp")) * (1 + law["lfp"] * noise**2 * (only != "spikes"))
        return 7.9 / np.sqrt(fall)

    found = {("", 0.0): drawn(margin(0), contract)}
    for name in law:
        for noise in breakdown.CALIBRATED_NOISE:
            found[name, noise] = drawn(margin(noise, name), contract)
    told, band = breakdown.forecast(found, contract)
    noise = np.linspace(0, 40, 40001)
    true = noise[np.argmax(margin(noise) <= told.critical)]
    assert told.breakdown_noise == pytest.approx(true, rel=0.1)
    assert 0.9 * band[0] < true < 1.1 * band[1]


def test_measured_breakdown_lies_where_the_share_of_hits_passes_one_half():
    rng = np.random.default_rng(0)
    hits = [(rng.random(4000) < share).astype(float) for share in (0.9, 0.7, 0.3)]
    value, (low, high) = breakdown.measured([0.0, 4.0, 8.0], hits)
    assert value == pytest.approx(6.0, abs=0.2)
    assert low < value < high
    assert breakdown.measured([0.0, 4.0], hits[:2])[0] == float("inf")


def test_noise_in_one_stream_leaves_the_other_as_it_was(panes):
    for name, streams in breakdown.calibration(panes, seed=1).items():
        for modality in ("spikes", "lfp"):
            same = np.array_equal(streams.rows[modality], panes.rows[modality])
            assert same == (name[0] != modality)


@pytest.fixture(scope="module")
def panes(contract):
    rng = np.random.default_rng(0)
    hops = 300
    rows = {m.name: rng.poisson(1.0, (hops * m.steps(20), m.planes)).astype(np.float32) for m in contract.modalities}
    masks = {name: np.ones(len(values), np.float32) for name, values in rows.items()}
    return breakdown.Stream(rows, masks, np.zeros((hops, 2), np.float32), np.zeros(hops), contract)


def test_windows_of_a_real_file_come_once_a_second_after_the_warm_up(panes):
    (found,) = breakdown.windows(MODEL, [panes])
    assert len(found.margin) == len(found.hit) == 3
    assert np.isfinite(found.margin).all()


def test_a_model_without_a_lag_is_refused_with_what_is_missing(panes):
    with pytest.raises(ContractError, match="no lag"):
        breakdown.windows(TRAINED / "early-fusion.onnx", [panes])


def test_a_forecast_is_registered_once_and_measured_only_on_the_same_file(tmp_path, monkeypatch, panes):
    run = Run(11, 1)
    monkeypatch.setattr(
        forecasts,
        "_calibrated",
        lambda *_: {k: drawn(5.0, panes.contract, 50) for k in breakdown.calibration(panes, 1)},
    )
    register = tmp_path / "forecast.json"
    forecasts.register({run: MODEL}, tmp_path, register, lambda *_: None)
    with pytest.raises(ValueError, match="registered already"):
        forecasts.register({run: MODEL}, tmp_path, register, lambda *_: None)
    kept = json.loads(register.read_text())
    other = TRAINED / "lag-posterior.onnx"
    with pytest.raises(ValueError, match="not the file"):
        forecasts.measure(kept, {run: other}, tmp_path, lambda *_: None)
    monkeypatch.setattr(suite, "test_session", lambda *_: SimpleNamespace(start_nanos=0, end_nanos=0))
    monkeypatch.setattr(forecasts, "stream", lambda *_: panes)
    rows = forecasts.measure(kept, {run: MODEL}, tmp_path, lambda *_: None)
    forecasts.write(tmp_path / "out", rows)
    assert {f.name for f in (tmp_path / "out").iterdir()} == {f"breakdown.{e}" for e in ("csv", "json", "md", "png")}
