"""What is fitted in training is what the exported file does in a stream."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from conftest import small_contract

from entrain_model import recording
from entrain_model.evaluate import bootstrap_r2, decode, r2
from entrain_model.export import export
from entrain_model.lag_posterior import LagPosterior
from entrain_model.train import _scores, recency, track
from entrain_model.windows import stream, wandering_lag


@pytest.fixture(scope="module")
def panes(tiny):
    lag = wandering_lag(20.0, 5.0, 50.0, 10.0, seed=1)
    return stream(recording.read(tiny), small_contract(), (0, 6_000_000_000), lag, "spikes")


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(2)
    network = LagPosterior(small_contract()).eval()
    network.recency.copy_(recency(network.tokens, 0.25))
    network.temperature.fill_(0.4)
    return network


def test_exported_file_tracks_as_the_filter_that_was_calibrated(tmp_path, network, panes):
    path = tmp_path / "small.onnx"
    export(network, small_contract(), path)
    decoded = decode(path, [panes])
    with torch.no_grad():
        beliefs = track(network, _scores(network, panes))
    expected = (beliefs @ network.grid_millis).numpy()[20:]
    np.testing.assert_allclose(decoded.lag_millis[:, 0], expected, atol=1e-2)
    np.testing.assert_array_equal(decoded.targets[:, 0], panes.targets[20:])


def test_filters_side_by_side_equal_each_alone(network):
    scores, temperatures = torch.randn(40, 13), torch.tensor([[0.1], [1.5]])
    both = track(network, scores.unsqueeze(1).repeat(1, 2, 1), temperatures)
    for i, temperature in enumerate(temperatures):
        torch.testing.assert_close(both[:, i], track(network, scores, temperature))


@pytest.mark.parametrize("share", [1.0, 0.5, 0.125])
def test_recency_keeps_the_weight_of_the_window(share):
    weights = recency(80, share)
    assert float(weights.sum()) == pytest.approx(80.0, rel=1e-5)
    assert (weights[1:] >= weights[:-1]).all()


def test_r2_and_its_bootstrap_agree_on_the_whole_and_pair_the_models(tmp_path, network, panes):
    path = tmp_path / "small.onnx"
    export(network, small_contract(), path)
    decoded = decode(path, [panes])
    y = decoded.targets.reshape(-1, 2)
    by_hand = np.mean(
        [1 - ((decoded.mean[:, 0, k] - y[:, k]) ** 2).sum() / ((y[:, k] - y[:, k].mean()) ** 2).sum() for k in (0, 1)]
    )
    assert r2(decoded.mean, decoded.targets) == pytest.approx(by_hand, abs=1e-5)
    drawn = bootstrap_r2([decoded, decoded])
    np.testing.assert_array_equal(drawn[:, 0], drawn[:, 1])
    np.testing.assert_allclose(drawn[:, 0], by_hand, atol=1e-5)  # 5.6 s are one block: every resample is the whole
