"""Heartbeats and PPG: the parts against plain loops, and a made patient from fit to exported file."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from entrain_model import adapt, bidmc_study, evaluate, verdicts
from entrain_model import heartbeats as hb
from entrain_model.export import example_inputs
from entrain_model.judge import Verdict
from entrain_model.recording import Events, Labels, Samples, Session
from entrain_model.windows import stream

MARKS = ("height_mv", "interval_s")
SECONDS = 300


def patient(seed: int, seconds: int = SECONDS) -> Session:
    """Breath moves the rhythm, the R amplitude and the pulse's size and level; each has noise of its own."""
    rng = np.random.default_rng(seed)
    t = np.arange(seconds * 125) / 125
    rate_hz = 0.25 + 0.03 * np.sin(2 * np.pi * t / 47 + seed)
    phase = 2 * np.pi * np.cumsum(rate_hz) / 125
    breath = np.sin(phase)
    beats = [0.5]
    while beats[-1] < seconds - 1:
        at = int(beats[-1] * 125)
        beats.append(beats[-1] + 0.7 + 0.03 * breath[at] + 0.02 * rng.standard_normal())
    beats = np.array(beats)
    place = (beats * 125).astype(int)
    height = 1 + 0.15 * breath[place] + 0.03 * rng.standard_normal(len(beats))
    ppg = 0.15 * breath + 0.02 * rng.standard_normal(len(t))
    for b in beats:
        since = t - b - 0.25
        near = (since > 0) & (since < 0.6)
        ppg[near] += np.sin(np.pi * since[near] / 0.6) ** 2 * (1 + 0.2 * breath[int(b * 125)])
    nanos = np.round(beats * 1e9).astype(np.int64)
    marks = np.stack([height, np.diff(beats, prepend=beats[0] - 0.7)], axis=1).astype(np.float32)
    events = Events("beats", 1, nanos, np.zeros(len(beats), np.int32), mark_names=MARKS, marks=marks)
    times = (np.arange(4, len(t), 5) * 8_000_000).astype(np.int64)
    labels = Labels(times, breath[4::5, None].astype(np.float32), ("respiration",), "a.u.")
    streams = {"beats": events, "ppg": Samples("ppg", 1, 125, ppg[:, None].astype(np.float32))}
    return Session(f"made-{seed}", "made for a test", 0, seconds * 1_000_000_000, streams, labels, None)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """Files of a made patient, and what they were fitted to."""
    parts, span = bidmc_study.parts_of(patient(1))
    models = bidmc_study.fit(parts)
    some = {m: models[m] for m in ("lag-posterior", "ppg-only", "beats-only")}
    return parts, span, models, bidmc_study.export(some, parts, tmp_path_factory.mktemp("made"))


def decoded(path, parts, model, lags, span=(0, SECONDS), **options):
    contract = bidmc_study.contract_of(parts, model)
    between = tuple(s * 1_000_000_000 for s in span)
    streams = [
        stream(parts.session, contract, between, lambda t, lag=lag: np.full_like(t, lag, dtype=float), "beats")
        for lag in lags
    ]
    return evaluate.decode(path, streams, **options)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_held_marks_are_those_of_the_last_beat_up_to_a_token(seed):
    generator = torch.Generator().manual_seed(seed)
    there = (torch.rand(2, 60, generator=generator) < 0.1).float()
    values = torch.randn(2, 60, 3, generator=generator) * there.unsqueeze(2)
    found = hb.held(values, there, torch.arange(60))
    for b in range(2):
        last = torch.zeros(3)
        for k in range(60):
            last = values[b, k] if there[b, k] else last
            torch.testing.assert_close(found[b, k], last)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_score_of_lag_l_is_that_of_the_place_l_tokens_before_the_stamp(seed):
    """Places are told apart by their number: a beat at token j of the due hop, of lag l, stands at place j - l."""
    tokens = torch.arange(hb.CONTEXT_HOPS * hb.PER_HOP, dtype=torch.float32).unsqueeze(0)
    around = hb.places(tokens)
    scores = hb.by_lag(around[:, :, hb.BEFORE])  # the token at the place itself
    due = tokens.shape[1] - hb.PER_HOP * (hb.DUE_HOPS + 1)
    rng = np.random.default_rng(seed)
    for _ in range(20):
        j, lag = int(rng.integers(hb.PER_HOP)), int(rng.integers(-hb.REACH, hb.REACH + 1))
        assert scores[0, j, lag + hb.REACH] == due + j - lag
    assert around.max() <= tokens.shape[1] - 1


def test_evidence_a_minute_old_weighs_less_than_a_twentieth():
    assert hb.Forgetting().kept ** (60_000 / hb.HOP_MILLIS) < 0.05


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_canonical_fit_finds_the_correlation_of_two_views_of_one_number(seed):
    rng = torch.Generator().manual_seed(seed)
    common = torch.randn(4000, 1, generator=rng)
    noise = torch.randn(4000, hb.BEFORE + hb.AFTER, generator=rng)
    beats = torch.randn(4000, 4, generator=rng)
    beats[:, :1] += common
    noise[:, 10:11] += common
    layer = hb.CanonicalEvidence(2)
    adapt.fit_canonical(layer, noise, beats)
    assert 0.45 < float(layer.correlation[0]) < 0.62  # 1/2 and what 95 dimensions of noise add
    assert float(layer.correlation[1]) < 0.3


@pytest.mark.parametrize("lags", [(-480.0, 300.0), (-150.0, 440.0)])
def test_the_exported_file_finds_the_lag_although_another_beat_fits_too(fitted, lags):
    parts, _, _, paths = fitted
    found = decoded(paths["lag-posterior"], parts, "lag-posterior", lags, (200, 300))
    assert (np.abs(found.lag_millis - np.array(lags)) <= 50).mean() > 0.95
    assert evaluate.r2(found.mean, found.targets) > 0.9


def test_the_file_says_what_the_network_says_and_its_belief_sums_to_one(fitted):
    models, paths = fitted[2:]
    network, contract = models["lag-posterior"].network, models["lag-posterior"].contract
    inputs = example_inputs(contract, batch=4, seed=7)
    with torch.no_grad():
        expected = dict(zip(contract.results(), network(*inputs), strict=True))
    session = evaluate.session_of(paths["lag-posterior"])
    given = {name: x.numpy() for name, x in zip(contract.inputs(), inputs, strict=True)}
    for name, found in zip(contract.results(), session.run(list(contract.results()), given), strict=True):
        np.testing.assert_allclose(found, expected[name], rtol=1e-3, atol=1e-4, err_msg=name)
    np.testing.assert_allclose(expected["lag_posterior"].sum(1), 1.0, atol=1e-5)


@pytest.mark.parametrize(("gone", "left"), [("beats", "ppg-only"), ("ppg", "beats-only")])
def test_without_a_stream_the_other_alone_decodes(fitted, gone, left):
    parts, _, _, paths = fitted
    contract = bidmc_study.contract_of(parts, "lag-posterior")
    panes = stream(parts.session, contract, (200_000_000_000, 300_000_000_000))
    panes.rows[gone][:] = 0
    panes.masks[gone][:] = 0
    found = evaluate.decode(paths["lag-posterior"], [panes], start_hop=300)
    alone = decoded(paths[left], parts, left, (0.0,), (200, 300), start_hop=300)
    own = evaluate.r2(found.mean, found.targets)
    if gone == "beats":
        np.testing.assert_allclose(found.mean, alone.mean, atol=1e-4)
    else:  # without the PPG no lag is found: the mixture over all of them, as good as training on all of them
        assert own > evaluate.r2(alone.mean, alone.targets) - 0.05


def test_told_the_lag_it_decodes_as_the_decoder_of_that_lag(fitted):
    parts, _, models, paths = fitted
    found = decoded(paths["lag-posterior"], parts, "lag-posterior", (200.0,), (200, 300), oracle=True)
    network = models["lag-posterior"].network
    between = (200_000_000_000, 300_000_000_000)
    beats, ppg, _ = adapt.rows_at(network, parts, models["lag-posterior"].contract, between, 200.0)
    with torch.no_grad():
        means = network.fused(torch.cat([beats, ppg], dim=1))[:, 200 // 40 + hb.REACH, 0]
    np.testing.assert_allclose(found.mean[:, 0, 0], means[-len(found.mean) :].numpy(), atol=2e-3)


def test_nothing_of_the_reported_part_is_looked_at(fitted):
    """Other values there, the same fit."""
    span, models = fitted[1:3]
    session = patient(1)
    session.streams["ppg"].values[span[0] * 125 // 1_000_000_000 :] *= -3
    late = session.labels.times_nanos >= span[0]
    session.labels.values[late] = 9.0
    again = bidmc_study.fit(bidmc_study.parts_of(session)[0])
    for model in ("lag-posterior", "early"):
        for name, value in models[model].network.state_dict().items():
            torch.testing.assert_close(again[model].network.state_dict()[name], value, msg=name)


def test_a_study_keeps_what_it_found_of_a_patient(tmp_path, monkeypatch):
    """The second time nothing is fitted."""
    kept = verdicts.load(tmp_path / "verdicts/made-1.json")
    assert kept is None
    sums = {"decoded": np.ones((2, 4, 1)), "smoothed": np.ones((2, 4, 1))}
    verdicts.store(
        tmp_path / "verdicts/made-1.json", "abc", [Verdict("early", "made-1", "lag-0", {}, sums, np.zeros(0))]
    )
    monkeypatch.setattr(bidmc_study, "fit", lambda parts: pytest.fail("fitted again"))
    found = bidmc_study.run(patient(1, seconds=60), tmp_path / "models", tmp_path)
    assert [v.model for v in found] == ["early"]
