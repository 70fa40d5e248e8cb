"""What training draws equals a naive reference, event by event, and holds only what has arrived."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from conftest import small_contract

from entrain_model import recording
from entrain_model.windows import Augmentation, Sampler, stream, wandering_lag

CLEAN = Augmentation(lag_millis=60.0, jitter_share=0.0, noise=(0.0,), gap_share=0.0, missing_share=0.0, cold_share=0.0)
BETWEEN = (0, 20_000_000_000)


@pytest.fixture(scope="module")
def session(tiny):
    return recording.read(tiny)


def naive_counts(session, begin, bins, stamp):
    counts = np.zeros((bins, 5), np.float32)
    spikes = session.streams["spikes"]
    for time, channel in zip(spikes.times_nanos.tolist(), spikes.channel.tolist(), strict=True):
        place = (stamp(time) - begin) // 10_000_000
        if 0 <= place < bins:
            counts[place, channel] += 1
    return counts


@pytest.mark.parametrize("seed", range(5))
def test_lagged_counts_equal_a_naive_reference(session, seed):
    sampler = Sampler(session, small_contract(), BETWEEN, CLEAN)
    rng = np.random.default_rng(seed)
    lag, slope = rng.uniform(-60, 60), rng.uniform(-30, 30)
    end = 5_000_000_000 + 20_000_000 * seed
    found = sampler.counts("spikes", end, 40, (lag, slope, 0.0), rng)

    def stamp(time):
        return time + int(lag * 1e6 + slope * 1e-3 * (time - end))

    np.testing.assert_array_equal(found, naive_counts(session, end - 400_000_000, 40, stamp))


@pytest.mark.parametrize("seed", range(3))
def test_packet_jitter_moves_the_events_of_a_packet_together(session, seed):
    sampler = Sampler(session, small_contract(), BETWEEN, dataclasses.replace(CLEAN, jitter_millis=8.0))
    end = 5_000_000_000
    found = sampler.counts("spikes", end, 40, (20.0, 0.0, 8.0), np.random.default_rng(seed))
    begin = end - 400_000_000
    packets = (400_000_000 + 2 * sampler.margin) // 20_000_000 + 2
    draws = np.random.default_rng(seed).standard_normal(packets)

    def stamp(time):
        packet = time // 20_000_000 - (begin - sampler.margin) // 20_000_000
        return time + int(20e6 + 8e6 * draws[packet]) if 0 <= packet < packets else -1

    np.testing.assert_array_equal(found, naive_counts(session, begin, 40, stamp))


def test_a_late_stream_has_nothing_yet_at_the_newest_end(session):
    sampler = Sampler(session, small_contract(), BETWEEN, CLEAN)
    rng, end = np.random.default_rng(0), 5_000_000_000
    late = sampler.counts("spikes", end, 40, (50.0, 0.0, 0.0), rng)
    true = sampler.counts("spikes", end, 40, (0.0, 0.0, 0.0), rng)
    np.testing.assert_array_equal(late[5:], true[:-5])
    assert true[-5:].sum() > 0


def test_samples_and_targets_end_with_the_window(session):
    sampler = Sampler(session, small_contract(), BETWEEN, CLEAN)
    end = 5_000_000_000
    np.testing.assert_array_equal(sampler.samples("lfp", end, 400), session.streams["lfp"].values[4600:5000])
    batch = sampler.batch(4, np.random.default_rng(0))
    ends = np.random.default_rng(0).integers(sampler.first, sampler.last, 4) * 20_000_000
    newest = (ends // 10_000_000) - 1
    np.testing.assert_array_equal(batch.targets[:, -1], session.labels.values[newest])
    np.testing.assert_array_equal(batch.targets[:, -3], session.labels.values[newest - 2])


def test_masked_input_is_zero_and_losses_come_as_often_as_said(session):
    lossy = dataclasses.replace(CLEAN, gap_share=0.5, missing_share=0.2, noise=(1.0,))
    batch = Sampler(session, small_contract(), BETWEEN, lossy).batch(400, np.random.default_rng(0))
    for name in ("spikes", "lfp"):
        mask = batch.inputs[f"{name}_mask"]
        assert not batch.inputs[name][mask == 0].any()
        assert (mask.sum(1) == 0).mean() == pytest.approx(0.2, abs=0.07)
        assert (mask.mean(1) < 1).mean() == pytest.approx(0.2 + 0.8 * 0.5, abs=0.1)
    assert not ((batch.inputs["spikes_mask"].sum(1) == 0) & (batch.inputs["lfp_mask"].sum(1) == 0)).any()


def test_windows_of_a_stream_are_the_windows_of_training(session):
    contract = small_contract()
    panes = stream(session, contract, BETWEEN, lambda t: np.full_like(t, 30.0), "spikes")
    hop = 249
    windows = panes.windows(np.array([hop, 3]))
    sampler = Sampler(session, contract, BETWEEN, CLEAN)
    end = (hop + 1) * 20_000_000
    expected = sampler.counts("spikes", end, 40, (30.0, 0.0, 0.0), np.random.default_rng(0))
    np.testing.assert_array_equal(windows["spikes"][0], expected)
    np.testing.assert_array_equal(windows["lfp"][0], session.streams["lfp"].values[4600:5000])
    # Before the session began everything is missing.
    assert windows["spikes_mask"][1].tolist() == [0.0] * 32 + [1.0] * 8
    assert windows["lfp_mask"][1].sum() == 80
    np.testing.assert_array_equal(panes.targets[hop], session.labels.values[2 * hop + 1])


def test_too_short_a_session_is_refused(session):
    with pytest.raises(ValueError, match="s to train on, need more than"):
        Sampler(session, small_contract(), (0, 400_000_000), CLEAN)


def test_wandering_lag_keeps_its_limit_and_its_spread():
    lag = wandering_lag(60.0, 20.0, 150.0, 4000.0, seed=3)(np.arange(0, 4000, 0.1))
    assert np.abs(lag).max() <= 150.0
    assert lag.std() == pytest.approx(58, abs=8)
    steps = np.diff(lag)
    assert steps.std() / np.sqrt(0.1) == pytest.approx(19.0, rel=0.1)
