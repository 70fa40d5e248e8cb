"""What is fitted in training is what the exported file does in a stream, and a training that was stopped goes on."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from conftest import SMALL, plan_of

from entrain_model import calibrate, evaluate, filter_fit, recipe, recording, train
from entrain_model.evaluate import bootstrap_r2, decode, r2
from entrain_model.export import export
from entrain_model.recipe import Task
from entrain_model.windows import stream, wandering_lag

SPANS = (0, 14_000_000_000), (14_000_000_000, 20_000_000_000)


@pytest.fixture(scope="module")
def task(tiny):
    session = recording.read(tiny)
    return Task(train=[(session, SPANS[0])], choose=[(session, SPANS[1])])


@pytest.fixture(scope="module", params=["lag-posterior", "two-stage", "canonical"])
def trained(request, task):
    kind, plan = plan_of(request.param)
    contract = recipe.contract_for(task, plan, kind, "small")
    network = train.train(task, plan, contract, kind, 3, lambda *_: None)
    return network, contract


@pytest.fixture(scope="module")
def panes(task, trained):
    lag = wandering_lag(20.0, 5.0, 40.0, 6.0, seed=1)
    return stream(task.choose[0][0], trained[1], SPANS[1], lag, "spikes", jitter_millis=5.0)


@pytest.fixture(scope="module")
def decoded(tmp_path_factory, trained, panes):
    network, contract = trained
    path = tmp_path_factory.mktemp("exported") / "small.onnx"
    export(network.bind(contract), contract, path)
    return decode(path, [panes])


def test_exported_file_decodes_as_the_whole_stream_that_was_calibrated(trained, panes, decoded):
    network, _ = trained
    with torch.no_grad():
        features, masks = calibrate.raws(network, panes)
        scores = calibrate.scores(network, features, masks)
        posterior = filter_fit.track(network, scores).sum(2)[0]
        lags = network.filter.lag(posterior).numpy()
        found = calibrate._decoded(network, features, masks, posterior)
    first = int(decoded.hops[0])
    np.testing.assert_allclose(decoded.lag_millis[:, 0], lags[first:], atol=1e-2)
    own = found[4].numpy() >= first
    np.testing.assert_allclose(decoded.newest.mean[:, 0], found[0].numpy()[own], atol=1e-4)
    np.testing.assert_allclose(decoded.outputs["smoothed"].mean[:, 0], found[2].numpy()[own], atol=1e-4)


def test_targets_of_a_delayed_output_lie_that_much_earlier(decoded, panes):
    hops = decoded.hops
    np.testing.assert_array_equal(decoded.newest.targets[:, 0], panes.targets[hops])
    np.testing.assert_array_equal(decoded.outputs["smoothed"].targets[:, 0], panes.targets[hops - 5])


def test_told_the_true_lag_a_model_believes_it(tmp_path, trained, panes):
    network, contract = trained
    path = tmp_path / "small.onnx"
    export(network.bind(contract), contract, path)
    told = decode(path, [panes], oracle=True)
    assert np.abs(told.lag_millis - told.true_lag_millis).max() < 10.0
    assert np.abs(told.lag_millis - told.true_lag_millis).mean() < 4.0


def test_calibration_makes_intervals_cover_what_they_say_on_the_streams_it_used(task, trained):
    network, contract = trained
    with torch.no_grad():
        network.readout.log_variance_shift.zero_()
    figures = calibrate.calibrate(network, task, dataclasses.replace(SMALL, track_paths=1), contract)
    assert figures["temperature"] in filter_fit.TEMPERATURES
    inside = []
    with torch.no_grad():
        for _, s in calibrate.choice_streams(task, dataclasses.replace(SMALL, track_paths=1), contract):
            features, masks = calibrate.raws(network, s)
            posterior = filter_fit.track(network, calibrate.scores(network, features, masks)).sum(2)[0]
            mean, log_variance, _, _, hops = calibrate._decoded(network, features, masks, posterior)
            off = (mean - torch.from_numpy(s.targets)[hops]).abs() * torch.exp(-0.5 * log_variance)
            inside.append((off <= evaluate.NORMAL_90).float())
    assert float(torch.cat(inside).mean()) == pytest.approx(0.9, abs=0.03)


@pytest.mark.parametrize("model", ["lag-posterior", "late"])
def test_a_training_that_was_stopped_ends_as_one_that_was_not(tmp_path, task, model, monkeypatch):
    monkeypatch.setattr(train, "SAVE_EVERY", 2)
    plan = dataclasses.replace(SMALL, steps=6)
    contract = recipe.contract_for(task, plan, model, "small")
    whole = train.train(task, plan, contract, model, 3, lambda *_: None)

    class StoppedError(Exception):
        pass

    def stop(done, *_):
        if done == 5:
            raise StoppedError

    keep = tmp_path / "kept"
    with pytest.raises(StoppedError):
        train.train(task, plan, contract, model, 3, stop, keep)
    steps = []
    again = train.train(task, plan, contract, model, 3, lambda done, *_: steps.append(done), keep)
    assert steps[0] == 5
    for (name, a), b in zip(whole.state_dict().items(), again.state_dict().values(), strict=True):
        torch.testing.assert_close(a, b, atol=0, rtol=0, msg=name)


def test_a_training_does_not_go_on_from_another_one(tmp_path, task, monkeypatch):
    monkeypatch.setattr(train, "SAVE_EVERY", 2)
    keep, contract = tmp_path / "kept", recipe.contract_for(task, SMALL, "late", "small")
    train.train(task, SMALL, contract, "late", 3, lambda *_: None, keep)
    for seed, plan in ((4, SMALL), (3, dataclasses.replace(SMALL, rate=1e-3))):
        steps = []
        train.train(task, plan, contract, "late", seed, lambda done, *_, s=steps: s.append(done), keep)
        assert steps[0] == 1


def test_training_logs_the_gradient_of_every_modality(task, monkeypatch):
    monkeypatch.setattr(train, "LOG_EVERY", 2)
    contract = recipe.contract_for(task, SMALL, "early-cnn", "small")
    network = train.train(task, SMALL, contract, "early-cnn", 3, lambda *_: None)
    assert [row["step"] for row in network.log] == [2, 4]
    assert all(row["spikes_gradient_norm"] > 0 and row["lfp_gradient_norm"] > 0 for row in network.log)


def test_r2_and_its_bootstrap_agree_on_the_whole_and_pair_the_models(decoded):
    y = decoded.targets.reshape(-1, 2)
    by_hand = np.mean(
        [1 - ((decoded.mean[:, 0, k] - y[:, k]) ** 2).sum() / ((y[:, k] - y[:, k].mean()) ** 2).sum() for k in (0, 1)]
    )
    assert r2(decoded.mean, decoded.targets) == pytest.approx(by_hand, abs=1e-5)
    drawn = bootstrap_r2([decoded, decoded])
    np.testing.assert_array_equal(drawn[:, 0], drawn[:, 1])
    np.testing.assert_allclose(drawn[:, 0], by_hand, atol=1e-5)  # 5.2 s are one block: every resample is the whole
