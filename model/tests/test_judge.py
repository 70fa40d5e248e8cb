"""Pooling over runs, re-lock times and pairing, on made verdicts."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from conftest import small_contract

from entrain_model import judge, report
from entrain_model.evaluate import Decoded, Said, block_sums, r2
from entrain_model.judge import Verdict


def decoded(truth, lag, *, error=0.5, seed=0):
    rng, hops = np.random.default_rng(seed), len(truth)
    targets = rng.standard_normal((hops, 1, 2))
    mean = targets + error * rng.standard_normal(targets.shape)
    said = Said(mean, np.full(targets.shape, 2 * np.log(error)), targets)
    shaped = [np.asarray(x, float)[:, None] for x in (truth, lag)]
    contract = small_contract()
    return Decoded("m", contract, np.arange(hops), {"decoded": said, "smoothed": said}, shaped[0], shaped[1])


def verdict(run, *, error=0.5, seed=0, model="lag-posterior"):
    found = decoded(np.zeros(3000), np.zeros(3000), error=error, seed=seed)
    return Verdict(
        model, run, "noise-0", {"lag_rmse_millis": 3.0}, {"decoded": block_sums(found, "decoded")}, np.zeros(0)
    )


def test_pooled_r2_is_the_mean_over_runs_and_its_interval_holds_it():
    runs = [verdict(f"r{i}", error=0.3 + 0.1 * i, seed=i) for i in range(5)]
    point, drawn = judge.pooled(runs, "decoded")
    assert point == pytest.approx(np.mean([1 - (0.3 + 0.1 * i) ** 2 for i in range(5)]), abs=0.02)
    low, high = judge.interval(drawn)
    assert low < point < high
    one = decoded(np.zeros(3000), np.zeros(3000))
    assert judge.pooled([verdict("r")], "decoded")[0] == pytest.approx(r2(one.mean, one.targets), abs=1e-9)


def test_a_lead_is_paired_run_by_run():
    ours = [verdict(f"r{i}", error=0.3 + 0.1 * i, seed=i) for i in range(5)]
    other = [dataclasses.replace(v, model="late") for v in ours]
    rows = report.rows([*ours, *other], 20)
    row = next(r for r in rows if r["model"] == "late")
    assert row["decoded_lead"] == row["decoded_lead_low"] == row["decoded_lead_high"] == 0.0


def test_relock_counts_from_each_jump_that_has_time_for_itself():
    truth = np.repeat([0.0, 100.0, 0.0, 90.0], [400, 400, 100, 700])
    lag = truth.copy()
    for jump in (400, 800, 900):
        lag[jump : jump + 50] = -150.0  # one second to come back
    found = judge.relock(decoded(truth, lag))
    assert found[0] == 2  # the jump at 800 is followed by another within 6 s
    verdicts = [Verdict("m", "r", "jump-0", {}, {}, found)]
    assert judge.relock_seconds(verdicts, 20) == pytest.approx(1.0)


def test_without_a_jump_there_is_nothing_to_time():
    assert judge.relock(decoded(np.zeros(900), np.zeros(900))).size == 0
    assert np.isnan(judge.relock_seconds([verdict("r")], 20))


def test_streams_side_by_side_come_apart_as_they_went_in():
    one, two = (decoded(np.zeros(400), np.full(400, lag), seed=seed) for seed, lag in enumerate((5.0, 9.0)))

    def beside(a, b):
        return np.concatenate([a, b], axis=1)

    said = {
        name: Said(*(beside(getattr(o, k), getattr(two.outputs[name], k)) for k in ("mean", "log_variance", "targets")))
        for name, o in one.outputs.items()
    }
    lags = [beside(getattr(one, k), getattr(two, k)) for k in ("true_lag_millis", "lag_millis")]
    apart = dataclasses.replace(one, outputs=said, true_lag_millis=lags[0], lag_millis=lags[1]).apart()
    for found, expected in zip(apart, (one, two), strict=True):
        np.testing.assert_array_equal(found.mean, expected.mean)
        np.testing.assert_array_equal(found.lag_millis, expected.lag_millis)
        np.testing.assert_array_equal(block_sums(found, "smoothed"), block_sums(expected, "smoothed"))
        assert found.headroom is None


def test_verdicts_that_were_kept_give_the_same_figures(tmp_path):
    found = [verdict(f"subject-{i}-seed-1", seed=i) for i in range(2)]
    judge.keep(tmp_path, found[:1])
    judge.keep(tmp_path, found[1:])
    judge.keep(tmp_path, [dataclasses.replace(found[1], model="late")])
    *back, late = judge.kept(tmp_path)
    assert (late.run, late.model) == (found[1].run, "late")
    assert [v.run for v in back] == [v.run for v in found]
    assert judge.pooled(back, "decoded")[0] == pytest.approx(judge.pooled(found, "decoded")[0], abs=1e-6)
    assert back[0].figures == found[0].figures
