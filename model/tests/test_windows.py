"""What training draws equals a naive reference, event by event, and holds only what has arrived."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from conftest import small_contract

from entrain_model import recording
from entrain_model.bank import Augmentation, Bank
from entrain_model.windows import Feed, noisy, noisy_session, stream, wandering_lag

CLEAN = Augmentation(
    lag_millis=60.0,
    jump_share=0.0,
    jitter_millis=(0.0,),
    noise=(0.0,),
    gap_share=0.0,
    missing_share=0.0,
    cold_share=0.0,
)
BETWEEN = (0, 20_000_000_000)


@pytest.fixture(scope="module")
def session(tiny):
    return recording.read(tiny)


def bank(session, augmentation=CLEAN, between=BETWEEN, seed=0):
    return Bank(session, small_contract(), between, augmentation, "spikes", seed=seed)


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
    drawn, rng, margin = bank(session, seed=seed), np.random.default_rng(seed), 8
    lag = rng.uniform(-60, 60, (1, 20 + 2 * margin + 1)).cumsum(1) / 10
    begin = 5_000_000_000 + 20_000_000 * seed
    found = drawn.counts("spikes", np.array([begin]), 40, (lag, margin))[0]

    def stamp(time):
        at = (time - begin) / 20e6 + margin
        if not 0 <= at < lag.shape[1] - 1:
            return -1
        return time + int((lag[0, int(at)] * (1 - at % 1) + lag[0, int(at) + 1] * (at % 1)) * 1e6)

    np.testing.assert_array_equal(found, naive_counts(session, begin, 40, stamp))


@pytest.mark.parametrize("seed", range(3))
def test_packet_jitter_moves_the_events_of_a_packet_together(session, seed):
    drawn = bank(session, dataclasses.replace(CLEAN, jitter_millis=(8.0,)), seed=seed)
    begin, margin = 5_000_000_000, 5
    state = drawn.rng.bit_generator.state
    found = drawn.counts("spikes", np.array([begin]), 40, (np.full((1, 20 + 2 * margin + 1), 20.0), margin))[0]
    drawn.rng.bit_generator.state = state
    drawn.rng.choice((8.0,), 1)
    draws = drawn.rng.standard_normal((1, 20 + 2 * margin + 2))[0] * 8.0

    def stamp(time):
        packet = (time - begin) // 20_000_000 + margin
        return time + int((20.0 + draws[packet]) * 1e6) if 0 <= packet < 20 + 2 * margin else -1

    np.testing.assert_array_equal(found, naive_counts(session, begin, 40, stamp))


def test_a_late_stream_has_nothing_yet_at_the_newest_end(session):
    drawn, begin = bank(session), np.array([5_000_000_000])
    late, true = (drawn.counts("spikes", begin, 40, (np.full((1, 31), lag), 5))[0] for lag in (50.0, 0.0))
    np.testing.assert_array_equal(late[5:], true[:-5])
    assert true[-5:].sum() > 0


def test_features_of_a_window_are_those_of_the_whole_stream(session):
    """The slice of a filtered session equals the filtered slice, and targets end with the window."""
    drawn = bank(session, dataclasses.replace(CLEAN, lag_millis=0.0, slope_millis_per_second=0.0, walk_millis=0.0))
    state = drawn.rng.bit_generator.state
    batch = drawn.batch(4, 40)
    drawn.rng.bit_generator.state = state
    last = drawn.rng.integers(20, drawn.hops, 4)
    lfp = drawn.tokens["lfp"]
    for i, hop in enumerate(last):
        if hop < 26:
            continue  # its filters reach before the session
        end = (hop + 1) * 20
        values = session.streams["lfp"].values[end - 400 - lfp.past : end]
        np.testing.assert_allclose(batch.raws["lfp"][i], lfp.raw(torch.from_numpy(values[None]))[0], atol=2e-4)
        np.testing.assert_array_equal(batch.targets[i, -1], session.labels.values[2 * hop + 1])
        np.testing.assert_array_equal(batch.targets[i, -3], session.labels.values[2 * hop - 1])


def test_noise_is_as_loud_as_said_and_never_the_same_twice(session):
    quiet = bank(session).batch(32, 40)
    loud = bank(session, dataclasses.replace(CLEAN, noise=(2.0,))).batch(32, 40)
    sd = session.streams["lfp"].values.std(0)
    added = loud.raws["lfp"][:, :2].var((0, 2)) - quiet.raws["lfp"][:, :2].var((0, 2))
    np.testing.assert_allclose(added, (2 * sd) ** 2 / 10, rtol=0.25)  # the mean of ten samples
    spikes = (loud.raws["spikes"] ** 2).mean() / (quiet.raws["spikes"] ** 2).mean()
    assert float(spikes) == pytest.approx(3.0, rel=0.1)


def fano(counts):
    """Variance over mean of all channels together: 1 where events are independent, more where they come in packets."""
    together = counts.sum(-1)
    return together.var() / together.mean()


def test_spurious_events_travel_in_the_packets_of_the_others(session):
    """Where two jittered packets overlap all channels are loud together, and where none falls all are silent."""
    begin, margin = np.full(64, 5_000_000_000), 20
    path, sigma = (np.zeros((64, 20 + 2 * margin + 1)), margin), np.full(64, 50.0)
    even, packets = (
        bank(session, dataclasses.replace(CLEAN, jitter_millis=(sd,))).counts("spikes", begin, 40, path, sigma)
        for sd in (0.0, 30.0)
    )
    assert fano(even) < 1.5
    assert fano(packets) > 3
    assert packets.mean() == pytest.approx(even.mean(), rel=0.1)


def test_a_noisy_session_is_as_loud_as_said_before_its_clock(session):
    loud = noisy_session(session, 50.0, BETWEEN, seed=1)
    spikes, more = session.streams["spikes"], loud.streams["spikes"]
    assert (np.diff(more.times_nanos) >= 0).all()
    times = np.bincount(more.channel) / np.bincount(spikes.channel)
    share = (BETWEEN[1] - BETWEEN[0]) / (session.end_nanos - session.start_nanos)
    np.testing.assert_allclose(times, 1 + 50 * share, rtol=0.1)
    sd = loud.streams["lfp"].values[: BETWEEN[1] // 1_000_000].std(0) / session.streams["lfp"].values.std(0)
    np.testing.assert_allclose(sd, np.hypot(1, 50), rtol=0.05)
    for jitter, low, high in ((0.0, 0.8, 1.5), (30.0, 3, 1000)):
        panes = stream(loud, small_contract(), BETWEEN, np.zeros_like, "spikes", jitter_millis=jitter)
        assert low < fano(panes.rows["spikes"]) < high


def test_spurious_events_have_the_marks_of_others(session):
    spikes = session.streams["spikes"]
    marks = (10.0 + spikes.channel[:, None]).astype(np.float32)
    marked = dataclasses.replace(spikes, mark_names=("amplitude",), marks=marks)
    loud = noisy_session(dataclasses.replace(session, streams={"spikes": marked}), 2.0, BETWEEN, seed=1)
    np.testing.assert_array_equal(loud.streams["spikes"].marks[:, 0], 10.0 + loud.streams["spikes"].channel)


def test_the_lag_of_a_window_is_the_one_its_events_have(session):
    drawn = bank(session, dataclasses.replace(CLEAN, jump_share=1.0, walk_millis=0.0))
    lag = drawn._lags(500, 20, 4)
    assert np.abs(lag).max() <= 60.0
    steps = np.abs(np.diff(lag, axis=1))
    assert ((steps > 8).sum(1) <= 1).all()
    assert (steps.max(1) > 8).mean() > 0.6


def test_losses_come_as_often_as_said_and_never_both_streams_at_once(session):
    lossy = dataclasses.replace(CLEAN, gap_share=0.5, missing_share=0.2, noise=(1.0,))
    batch = bank(session, lossy).batch(400, 80)
    masks = {name: mask[:, 0, -80:].numpy() for name, mask in batch.masks.items()}
    for mask in masks.values():
        assert (mask.sum(1) == 0).mean() == pytest.approx(0.2, abs=0.07)
        assert (mask.mean(1) < 1).mean() == pytest.approx(0.2 + 0.8 * 0.5, abs=0.1)
    assert not ((masks["spikes"].sum(1) == 0) & (masks["lfp"].sum(1) == 0)).any()


def test_windows_of_a_stream_hold_its_panes_and_its_gaps(session):
    contract = small_contract()
    gap = {n: dataclasses.replace(s, gaps=((4_700_000_000, 4_750_000_000),)) for n, s in session.streams.items()}
    panes = stream(
        dataclasses.replace(session, streams=gap), contract, BETWEEN, lambda t: np.full_like(t, 30.0), "spikes"
    )
    hop, begin = 249, 4_200_000_000
    feed = Feed([panes, panes], contract)
    windows = {name: np.stack([feed.at(hop)[name][1], feed.at(3)[name][0]]) for name in feed.at(3)}
    expected = naive_counts(session, begin, 80, lambda time: time + 30_000_000)
    expected[50:55] = 0
    np.testing.assert_array_equal(windows["spikes"][0], expected)
    assert windows["spikes_mask"][0].tolist() == [1.0] * 50 + [0.0] * 5 + [1.0] * 25
    np.testing.assert_array_equal(windows["lfp"][0][:500], session.streams["lfp"].values[4200:4700])
    assert windows["lfp_mask"][0][500:550].sum() == 0
    # Before the session began everything is missing.
    assert windows["spikes_mask"][1].tolist() == [0.0] * 72 + [1.0] * 8
    assert windows["lfp_mask"][1].sum() == 80
    np.testing.assert_array_equal(panes.targets[hop], session.labels.values[2 * hop + 1])


def test_a_modality_that_the_session_lacks_is_missing_throughout(session):
    only = dataclasses.replace(session, streams={"lfp": session.streams["lfp"]})
    panes = stream(only, small_contract(), BETWEEN)
    assert not panes.masks["spikes"].any()
    assert panes.masks["lfp"].all()


def test_noise_of_a_stream_leaves_what_is_missing_missing(session):
    only = dataclasses.replace(session, streams={"lfp": session.streams["lfp"]})
    panes = stream(only, small_contract(), BETWEEN)
    loud = noisy(panes, 1.0, seed=0)
    assert not loud.rows["spikes"].any()
    assert loud.rows["lfp"].std() > 1.3 * panes.rows["lfp"].std()


def test_too_short_a_session_is_refused(session):
    with pytest.raises(ValueError, match="s to train on, need more than"):
        bank(session, between=(0, 400_000_000)).batch(1, 96)


def test_wandering_lag_keeps_its_limit_and_its_spread():
    lag = wandering_lag(60.0, 20.0, 150.0, 4000.0, seed=3)(np.arange(0, 4000, 0.1))
    assert np.abs(lag).max() <= 150.0
    assert lag.std() == pytest.approx(58, abs=8)
    steps = np.diff(lag)
    assert steps.std() / np.sqrt(0.1) == pytest.approx(19.0, rel=0.1)
