"""Laws of the networks and of every exported file."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from conftest import GOLDEN, REACH, SIZE, TRAINED, small_contract

from entrain_model import contract as contracts
from entrain_model import golden
from entrain_model.early_fusion import EarlyFusion
from entrain_model.evaluate import session_of
from entrain_model.export import example_inputs, export, file_hash
from entrain_model.lag_posterior import READOUT_TOKENS, LagPosterior
from entrain_model.ridge import Ridge, solve

PARITY = 1e-5
"""Exported graph against PyTorch, relative to values of about 1; lag in ms has its own scale."""
MILLIS = 1e-2


def networks():
    for name, build, aligned in (
        ("lag-posterior", LagPosterior, True),
        ("early-fusion", EarlyFusion, False),
        ("ridge", lambda c: Ridge(c, history=5), False),
    ):
        yield name, build, small_contract(aligned=aligned)
    contract = small_contract(aligned=False)
    yield "reference-only", EarlyFusion, dataclasses.replace(contract, modalities=contract.modalities[1:])


def randomised(build, contract):
    torch.manual_seed(5)
    network = build(contract).eval()
    with torch.no_grad():
        for buffer in ("weight", "bias"):
            if isinstance(network, Ridge):
                getattr(network, buffer).normal_()
    return network


@pytest.mark.parametrize(("build", "contract"), [n[1:] for n in networks()], ids=[n[0] for n in networks()])
def test_exported_graph_equals_pytorch_for_any_batch(tmp_path, build, contract):
    network = randomised(build, contract)
    path = tmp_path / "small.onnx"
    export(network, contract, path)
    session = session_of(path)
    for batch in (1, 2, 7):
        inputs = example_inputs(contract, batch, seed=batch)
        found = session.run(list(contract.results()), feeds(contract, inputs))
        with torch.no_grad():
            expected = network(*inputs)
        for (name, shape), a, b in zip(contract.results().items(), found, expected, strict=True):
            assert a.shape == (batch, *shape)
            np.testing.assert_allclose(a, b.numpy(), atol=MILLIS if name == "lag_millis" else PARITY, err_msg=name)


@pytest.mark.parametrize(("build", "contract"), [n[1:] for n in networks()], ids=[n[0] for n in networks()])
def test_network_does_not_read_what_is_masked(build, contract):
    network = randomised(build, contract)
    inputs = dict(zip(contract.inputs(), example_inputs(contract, 3), strict=True))
    garbled = dict(inputs)
    for m in contract.modalities:
        hidden = inputs[f"{m.name}_mask"].unsqueeze(-1) == 0
        garbled[m.name] = torch.where(hidden, torch.tensor(-1e4), inputs[m.name])
    with torch.no_grad():
        for a, b in zip(network(*inputs.values()), network(*garbled.values()), strict=True):
            torch.testing.assert_close(a, b, atol=0, rtol=0)


def feeds(contract, tensors):
    return {n: np.asarray(t) for n, t in zip(contract.inputs(), tensors, strict=True)}


def test_pooled_score_equals_the_sum_over_pairs_of_equal_lag():
    network = randomised(LagPosterior, small_contract())
    contract = small_contract()
    inputs = dict(zip(contract.inputs(), example_inputs(contract, 2), strict=True))
    with torch.no_grad():
        network.weight.normal_()
        network.prior.normal_()
        network.recency.uniform_(0.5, 1.5)
        streams = network.encode(inputs)
        found = network.score(streams).numpy()
        (lfp, lfp_mask), (spikes, spikes_mask) = streams["lfp"], streams["spikes"]
        query = (network.query(lfp) * lfp_mask).numpy()
        key = (network.key(spikes) * spikes_mask).numpy()
        weight = torch.nn.functional.softplus(network.weight + 0.5413).numpy() * np.exp(float(network.gain))
        weight *= network.recency.numpy()
    for b in range(2):
        for lag in range(-REACH, REACH + 1):
            total = sum(
                weight[t] * (query[b, :, t] @ key[b, :, t + lag]) for t in range(40) if 0 <= t + lag < 40
            ) / np.sqrt(query.shape[1] * 40)
            assert found[b, lag + REACH] == pytest.approx(total + network.prior[lag + REACH].item(), abs=1e-4)


@pytest.mark.parametrize("lag", [-6, -2, 0, 3, 6])
def test_a_certain_belief_shifts_the_lagging_stream_by_its_lag(lag):
    """Token t + lag comes to t; what has not come yet is held at the newest token and counts as missing."""
    network = randomised(LagPosterior, small_contract())
    reference, content, mask = torch.randn(1, 64, 40), torch.randn(1, 64, 40), torch.ones(1, 1, 40)
    tail = range(40 - READOUT_TOKENS, 40)
    moved = torch.stack([content[:, :, min(t + lag, 39)] for t in tail], dim=2)
    present = torch.tensor([[[float(t + lag < 40) for t in tail]]])
    with torch.no_grad():
        streams = {"lfp": (reference, mask), "spikes": (content, mask)}
        shifted, _ = network.decode(streams, torch.eye(SIZE)[lag + REACH : lag + REACH + 1])
        newest = slice(tail.start, 40)
        expected, _ = network.readout(network.fusion(reference[:, :, newest], moved, mask[:, :, newest], present))
    torch.testing.assert_close(shifted[:, 0], expected[:, :, 0], atol=1e-5, rtol=0)


def test_a_cut_sees_nothing_behind_it():
    network = randomised(LagPosterior, small_contract())
    contract = small_contract()
    inputs = dict(zip(contract.inputs(), example_inputs(contract, 2), strict=True))
    changed = dict(inputs)
    changed["spikes"] = inputs["spikes"].clone()
    changed["spikes"][:, 36:] += 1
    changed["lfp"] = inputs["lfp"].clone()
    changed["lfp"][:, 360:] += 1
    posterior = torch.softmax(torch.randn(2, 13), 1)
    with torch.no_grad():
        before, _ = network.decode(network.encode(inputs), posterior, [36, 40])
        after, _ = network.decode(network.encode(changed), posterior, [36, 40])
    torch.testing.assert_close(before[:, 0], after[:, 0], atol=1e-6, rtol=0)
    assert (before[:, 1] - after[:, 1]).abs().max() > 1e-4


def followed(path):
    """Errors in ms of a belief fed with scores that peak at the path under noise, and the beliefs, hop after hop."""
    network = LagPosterior(small_contract()).eval()
    generator, belief = torch.Generator().manual_seed(0), torch.rand(1, 13)
    errors, sums = [], []
    for lag in path:
        # The peak is below the noise of a single window.
        score = 3.0 * torch.exp(-0.5 * ((network.grid_millis - lag) / 10) ** 2)
        score = score + torch.randn(1, 13, generator=generator)
        belief = network.weigh(network.predict(belief), score, 0.5)
        errors.append(float(belief @ network.grid_millis) - lag)
        sums.append(float(belief.sum()))
        assert (belief >= 0).all()
    return np.array(errors), np.array(sums)


def test_belief_stays_normalised_and_follows_a_lag_that_moves():
    errors, sums = followed([-40 + 0.1 * t for t in range(800)])
    np.testing.assert_allclose(sums, 1.0, atol=1e-5)
    assert np.sqrt((errors[50:] ** 2).mean()) < 6.0


def test_belief_is_back_soon_after_a_jump():
    errors, _ = followed([-50.0] * 200 + [50.0] * 60)
    assert np.abs(errors[215:]).max() < 20.0


def test_prediction_keeps_a_floor_everywhere_and_spreads_by_the_diffusion():
    network = LagPosterior(small_contract()).eval()
    certain = torch.zeros(1, 13)
    certain[0, 6] = 3.0  # not normalised: the host may hand back anything non-negative
    predicted = network.predict(certain)
    assert float(predicted.sum()) == pytest.approx(1.0, abs=1e-6)
    assert float(predicted[0, 0]) == pytest.approx(0.002 / 13, rel=1e-3)
    variance = float((predicted * network.grid_millis**2).sum())
    jump = 0.002 * float((network.grid_millis**2).mean())
    assert variance == pytest.approx(19.0**2 * 0.02 * 0.998 + jump, rel=1e-3)


def test_ridge_solves_its_normal_equations():
    generator = torch.Generator().manual_seed(0)
    x, true = torch.randn(500, 4, generator=generator), torch.tensor([[1.0], [-2.0], [0.0], [0.5]])
    weight, bias = solve(x, x @ true + 3.0, penalty=1e-6)
    torch.testing.assert_close(weight, true, atol=1e-4, rtol=0)
    assert float(bias) == pytest.approx(3.0, abs=1e-4)


SHIPPED = sorted(TRAINED.glob("*.onnx"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_shipped_file_gives_a_row_the_same_result_in_any_batch(path):
    contract = contracts.read(path)
    session, names = session_of(path), list(contracts.read(path).results())
    inputs = feeds(contract, example_inputs(contract, 5, seed=2))
    together = session.run(names, inputs)
    for row in range(5):
        alone = session.run(names, {n: v[row : row + 1] for n, v in inputs.items()})
        for name, a, b in zip(names, alone, together, strict=True):
            np.testing.assert_allclose(a[0], b[row], atol=MILLIS if name == "lag_millis" else PARITY, err_msg=name)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_what_stands_under_a_mask_of_zero_changes_nothing(path):
    contract = contracts.read(path)
    session, names = session_of(path), list(contract.results())
    inputs = feeds(contract, example_inputs(contract, 3, seed=4))
    for i, m in enumerate(contract.modalities):
        inputs[f"{m.name}_mask"][i] = 0  # one window without this modality, beside the gaps
        inputs[m.name] *= inputs[f"{m.name}_mask"][:, :, None]
    clean = session.run(names, inputs)
    for m in contract.modalities:
        hidden = inputs[f"{m.name}_mask"] == 0
        inputs[m.name] = np.where(hidden[:, :, None], np.float32(-1e4), inputs[m.name])
    for name, a, b in zip(names, clean, session.run(names, inputs), strict=True):
        np.testing.assert_array_equal(a, b, err_msg=name)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_shipped_file_stays_finite_when_everything_is_missing(path):
    contract = contracts.read(path)
    names = list(contract.results())
    inputs = {n: np.zeros((1, *shape), np.float32) for n, shape in contract.inputs().items()}
    for values in session_of(path).run(names, inputs):
        assert np.isfinite(values).all()


@pytest.mark.parametrize("folder", sorted(p.parent for p in GOLDEN.glob("*/golden.json")), ids=lambda p: p.name)
def test_golden_outputs_are_those_of_the_shipped_file(folder):
    head, inputs, outputs = golden.read(folder)
    path = TRAINED / head["model"]
    assert head["model_sha256"] == file_hash(path)
    found = session_of(path).run(list(outputs), inputs)
    for (name, expected), values in zip(outputs.items(), found, strict=True):
        np.testing.assert_allclose(values, expected, atol=head["tolerance"], err_msg=name)
