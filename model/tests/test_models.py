"""Laws of the networks and of every exported file."""

from __future__ import annotations

import math
import re

import numpy as np
import onnx
import pytest
import torch
from conftest import FILTERED, GOLDEN, NETWORKS, REACH, SIZE, TOKENS, TRAINED, small_network

from entrain_model import contract as contracts
from entrain_model import golden, recipe
from entrain_model.evaluate import initial_states, session_of
from entrain_model.export import example_inputs, export, file_hash
from entrain_model.features import newest, window
from entrain_model.lag_filter import LagFilter, expected_maximum
from entrain_model.lag_posterior import READOUT_TOKENS, Readout, evidence, masked, toeplitz
from entrain_model.recipe import SIMULATED
from entrain_model.ridge import solve
from entrain_model.windows import Feed, Stream

PARITY = 1e-5
"""Exported graph against PyTorch, relative to values of about 1; lag in ms has its own scale."""
MILLIS = 1e-2


def near(name):
    return MILLIS if name == "lag_millis" else 1e-4 if name == "alignment_headroom" else PARITY


def feeds(contract, tensors):
    return {n: np.asarray(t) for n, t in zip(contract.inputs(), tensors, strict=True)}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """For a model: its network and, for each of its forms, the contract and the exported file, made once."""
    made = {}

    def of(model):
        if model not in made:
            network, contract = small_network(model)
            forms = [contract]
            if model in FILTERED:
                forms.append(recipe.incremental(contract, network))
            folder, files = tmp_path_factory.mktemp(model), []
            for form in forms:
                path = folder / f"{len(files)}.onnx"
                export(network.bind(form) if model in FILTERED else network, form, path)
                files.append((form, path))
            made[model] = network, files
        return made[model]

    return of


@pytest.mark.parametrize("model", NETWORKS)
def test_exported_graph_equals_pytorch_for_any_batch(exported, model):
    network, files = exported(model)
    for form, path in files:
        if model in FILTERED:
            network.bind(form)
        session = session_of(path)
        for batch in (1, 3):
            inputs = example_inputs(form, batch, seed=batch)
            found = session.run(list(form.results()), feeds(form, inputs))
            with torch.no_grad():
                expected = network(*inputs)
            for (name, shape), a, b in zip(form.results().items(), found, expected, strict=True):
                assert a.shape == (batch, *shape)
                np.testing.assert_allclose(a, b.numpy(), atol=near(name), err_msg=name)


@pytest.mark.parametrize("model", FILTERED)
def test_what_was_trained_and_fitted_stands_in_the_file_under_its_name(exported, model):
    network, files = exported(model)
    for form, path in files:
        named = {i.name: onnx.numpy_helper.to_array(i) for i in onnx.load(path).graph.initializer}
        # Computed from the contract, or zero: two of those are one tensor.
        fixed = re.compile(r"features\..*\.filter\d+|variates\..*\.bias")
        for name, values in network.state_dict().items():
            if not fixed.fullmatch(name):
                np.testing.assert_array_equal(named[name], values.numpy(), err_msg=f"{form.name} {name}")


@pytest.mark.parametrize("model", NETWORKS)
def test_a_row_has_the_same_bits_wherever_it_stands_and_whatever_stands_beside_it(exported, model):
    for form, path in exported(model)[1]:
        session, names = session_of(path), list(form.results())
        inputs = feeds(form, example_inputs(form, 7, seed=3))
        others = feeds(form, example_inputs(form, 7, seed=4))
        expected = session.run(names, inputs)
        for place in range(7):
            moved = {n: others[n].copy() for n in inputs}
            for n, values in inputs.items():
                moved[n][place] = values[2]
            for name, a, b in zip(names, expected, session.run(names, moved), strict=True):
                np.testing.assert_array_equal(b[place], a[2], err_msg=f"{form.name} {name} at {place}")


@pytest.mark.parametrize("model", NETWORKS)
def test_network_does_not_read_what_is_masked(model):
    network, contract = small_network(model)
    inputs = dict(zip(contract.inputs(), example_inputs(contract, 3), strict=True))
    garbled = dict(inputs)
    for m in contract.modalities:
        hidden = inputs[f"{m.name}_mask"].unsqueeze(-1) == 0
        garbled[m.name] = torch.where(hidden, torch.tensor(1e4), inputs[m.name])
    with torch.no_grad():
        for a, b in zip(network(*inputs.values()), network(*garbled.values()), strict=True):
            torch.testing.assert_close(a, b, atol=0, rtol=0)


def stretch(contract, hops, seed):
    """Rows and masks of a stretch, with gaps, a late start of one stream and a stream that stops."""
    rng, rows, masks = np.random.default_rng(seed), {}, {}
    for i, m in enumerate(contract.modalities):
        steps = m.steps(contract.hop_millis)
        mask = np.repeat((rng.random(hops) > 0.1).astype(np.float32), steps)
        if i == 0:
            mask[: 5 * steps] = 0
        mask[hops * steps * (2 + i) // 4 : hops * steps * (2 + i) // 4 + 30 * steps] = 0
        x = rng.standard_normal((hops * steps, m.planes)).astype(np.float32)
        rows[m.name] = (np.round(np.abs(x)) if m.kind == "events" else x) * mask[:, None]
        masks[m.name] = mask
    return Stream(rows, masks, np.zeros((hops, 2), np.float32), np.zeros(hops), contract)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("model", FILTERED)
def test_incremental_form_equals_window_form_at_every_hop(exported, model, seed):
    """Through ONNX Runtime, from the first hop of a session on, gaps and missing streams included."""
    _, files = exported(model)
    contract = files[0][0]
    panes, found = stretch(contract, 160, seed), []
    for form, path in files:
        session, states, kept, feed = session_of(path), initial_states(form, 1), [], Feed([panes], form)
        for hop in range(160):
            given = states | feed.at(hop)
            result = dict(zip(form.results(), session.run(list(form.results()), given), strict=True))
            states = {s.name: result[s.next] for s in form.states}
            kept.append({n: result[n] for n in contract.results()})
        found.append(kept)
    for name in contract.results():
        a, b = (np.concatenate([hop[name] for hop in kept]) for kept in found)
        np.testing.assert_allclose(a, b, atol=near(name), err_msg=name)
        if name in ("decoded", "lag_millis"):
            assert a.std() > 1e-3, name


@pytest.mark.parametrize("model", [m for m in NETWORKS if m not in (*FILTERED, "ridge")])
def test_a_rival_is_causal_and_its_newest_step_is_the_last_of_all_steps(model):
    network, _ = small_network(model)
    raws = {n: torch.randn(2, f.size, 90) for n, f in network.features.items()}
    masks = {n: torch.ones(2, 1, 90 + f.past_tokens) for n, f in network.features.items()}
    changed = {n: torch.cat([x[:, :, :-5], x[:, :, -5:] + 1], dim=2) for n, x in raws.items()}
    with torch.no_grad():
        every = network.decode(raws, masks, newest=False)
        last = network.decode(raws, masks, newest=True)
        other = network.decode(changed, masks, newest=False)
    assert every[0].shape[2] == 90 - READOUT_TOKENS + 1
    for a, b, c in zip(every, last, other, strict=True):
        torch.testing.assert_close(a[:, :, -1:], b, atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(a[:, :, :-5], c[:, :, :-5], atol=1e-5, rtol=1e-5)
        assert (a[:, :, -5:] - c[:, :, -5:]).abs().max() > 1e-4


def test_readout_of_one_step_equals_the_last_of_all():
    torch.manual_seed(0)
    readout = Readout(8, 2, 0.0).eval()
    h = torch.randn(3, 8, READOUT_TOKENS + 4)
    for a, b in zip(readout(h), readout(h, newest=True), strict=True):
        torch.testing.assert_close(a[:, :, -1:], b, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("per_hop", [1, 2])
def test_evidence_equals_the_sum_over_pairs_whose_later_token_is_new(per_hop):
    torch.manual_seed(per_hop)
    reach, tokens = 4, 6
    query, key = torch.randn(2, 3, reach + tokens), torch.randn(2, 3, reach + tokens)
    found = evidence(query, key, reach, per_hop)
    for b in range(2):
        for hop in range(tokens // per_hop):
            for lag in range(-reach, reach + 1):
                ends = range(reach + hop * per_hop, reach + (hop + 1) * per_hop)
                expected = sum(float(query[b, :, e - max(lag, 0)] @ key[b, :, e - max(lag, 0) + lag]) for e in ends)
                assert float(found[b, hop, lag + reach]) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("model", FILTERED)
def test_evidence_of_a_graph_is_that_of_a_whole_stream(model):
    """What the filter is fitted on is what it is given in a stream."""
    network, contract = small_network(model)
    inputs = dict(zip(contract.inputs(), example_inputs(contract, 2), strict=True))
    with torch.no_grad():
        pairs = {n: window(f, inputs[n], inputs[f"{n}_mask"]) for n, f in network.features.items()}
        whole = network.evidence_of(*({n: p[i] for n, p in pairs.items()} for i in (0, 1)))[:, -1]
        found = dict(zip(contract.results(), network.bind(contract)(*inputs.values()), strict=True))
    torch.testing.assert_close(found["attention"], torch.softmax(whole, dim=1), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_evidence_of_the_newest_hop_is_the_last_of_all(seed):
    network, _ = small_network(seed=seed)
    masks = {n: (torch.rand(2, 1, TOKENS + f.past_tokens) > 0.2).float() for n, f in network.features.items()}
    streams = network.embed({n: torch.randn(2, f.size, TOKENS) for n, f in network.features.items()}, masks)
    with torch.no_grad():
        newest = network.newest_evidence({}, streams, {}, {})
        torch.testing.assert_close(newest, network.score(streams)[:, -1], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("hops", [1, 4])
@pytest.mark.parametrize("name", ["spikes", "lfp"])
def test_features_hop_by_hop_are_those_of_the_convolutions(name, hops):
    network, _ = small_network()
    f, count = network.features[name], 2 * hops
    x = torch.randn(3, 400, f.channels).abs()
    mask = torch.ones(3, 400)
    mask[0, :-14], mask[1, -3], mask[2, 390 - 4 * f.stride] = 0, 0, 0
    expected = f.finish(*window(f, x, mask))[:, :, -count:]
    torch.testing.assert_close(f.by_hops(*newest(f, x, mask, count)), expected, atol=1e-5, rtol=1e-5)


def test_shift_moves_each_token_by_its_lag():
    posterior = torch.rand(2, SIZE)
    shift = toeplitz(posterior, 9)
    assert shift.shape == (2, 9, 9 + 2 * REACH)
    for s in range(9 + 2 * REACH):
        for u in range(9):
            inside = 0 <= s - u < SIZE
            expected = posterior[:, s - u] if inside else torch.zeros(2)
            torch.testing.assert_close(shift[:, u, s], expected)


@pytest.mark.parametrize("lag", [-6, -2, 0, 3, 6])
def test_a_certain_belief_shifts_the_lagging_stream_by_its_lag(lag):
    """Token t + lag comes to t; what has not come yet is held at the newest token and counts as missing."""
    network, _ = small_network()
    reference, content, mask = torch.randn(1, 16, TOKENS), torch.randn(1, 16, TOKENS), torch.ones(1, 1, TOKENS)
    tail = range(TOKENS - READOUT_TOKENS, TOKENS)
    moved = torch.stack([content[:, :, min(t + lag, TOKENS - 1)] for t in tail], dim=2)
    present = torch.tensor([[[float(t + lag < TOKENS) for t in tail]]])
    with torch.no_grad():
        streams = {"lfp": (reference, mask), "spikes": (content, mask)}
        shifted = network.decode(streams, torch.eye(SIZE)[lag + REACH : lag + REACH + 1])
        there, certain = mask[:, :, tail.start :], torch.zeros(1, READOUT_TOKENS, 1)
        pairs = (reference[:, :, tail.start :], there), (moved, present)
        fused = network.fusion(*(masked(h, m).transpose(1, 2) for h, m in pairs), certain)
        expected = network.readout(fused.transpose(1, 2))
    for a, b in zip(shifted, expected, strict=True):
        torch.testing.assert_close(a, b[:, :, 0], atol=1e-5, rtol=1e-5)


def lag_filter(hypotheses=(0.0,)):
    return LagFilter(tuple(10.0 * i for i in range(-REACH, REACH + 1)), 0.02, hypotheses, 19.0).eval()


def followed(path, *, jitter=0.0, hypotheses=(0.0,)):
    """Errors in ms of a belief fed with evidence that peaks at the path under noise, hop after hop, and its sums."""
    belief_filter, generator = lag_filter(hypotheses), torch.Generator().manual_seed(0)
    belief, grid = torch.rand(1, len(hypotheses), SIZE), belief_filter.grid_millis
    belief_filter.temperature.fill_(0.5)
    errors, sums = [], []
    for lag in path:
        # The peak is below the noise of a single hop.
        off = float(torch.randn(1, generator=generator)) * jitter
        peak = 2.0 * torch.exp(-0.5 * ((grid - lag - off) / 10) ** 2)
        hop = peak + torch.randn(1, SIZE, generator=generator)
        belief = belief_filter.weigh(belief_filter.predict(belief), hop)
        errors.append(float(belief_filter.lag(belief.sum(1))) - lag)
        sums.append(float(belief.sum()))
        assert (belief >= 0).all()
    return np.array(errors), np.array(sums)


def test_belief_stays_normalised_and_follows_a_lag_that_moves():
    errors, sums = followed([-40 + 0.1 * t for t in range(800)])
    np.testing.assert_allclose(sums, 1.0, atol=1e-5)
    assert np.sqrt((errors[50:] ** 2).mean()) < 8.0


def test_belief_is_back_soon_after_a_jump():
    errors, _ = followed([-50.0] * 200 + [50.0] * 60)
    assert np.abs(errors[230:]).max() < 20.0


def test_a_hypothesis_about_jitter_steadies_the_belief_where_packets_are_jittered():
    alone, _ = followed([0.0] * 1500, jitter=25.0)
    bank, _ = followed([0.0] * 1500, jitter=25.0, hypotheses=(0.0, 25.0))
    assert np.sqrt((bank[100:] ** 2).mean()) < 0.95 * np.sqrt((alone[100:] ** 2).mean())


def test_prediction_keeps_a_floor_everywhere_and_spreads_by_the_diffusion():
    belief_filter = lag_filter()
    certain = torch.zeros(1, 1, SIZE)
    certain[0, 0, REACH] = 3.0  # not normalised: the host may hand back anything non-negative
    predicted = belief_filter.predict(certain)
    assert float(predicted.sum()) == pytest.approx(1.0, abs=1e-6)
    assert float(predicted[0, 0, 0]) == pytest.approx(0.0006 / SIZE, rel=1e-3)
    variance = float((predicted * belief_filter.grid_millis**2).sum())
    jump = 0.0006 * float((belief_filter.grid_millis**2).mean())
    assert variance == pytest.approx(19.0**2 * 0.02 * 0.9994 + jump, rel=1e-3)


def test_a_belief_that_sees_nothing_stays_the_prior_and_another_comes_to_it():
    prior = torch.rand(SIZE, generator=torch.Generator().manual_seed(4)) + 0.2
    grid = tuple(10.0 * i for i in range(-REACH, REACH + 1))
    belief_filter = LagFilter(grid, 0.02, (0.0, 25.0), 19.0, tuple(prior.tolist()))
    first, silent = belief_filter.first().unsqueeze(0), torch.zeros(1, SIZE)
    torch.testing.assert_close(first.sum(1)[0], prior / prior.sum())
    certain = torch.zeros(1, 2, SIZE)
    certain[0, 0, 0] = 1.0
    kept, other = first, certain
    for _ in range(2000):
        kept, other = (belief_filter.weigh(belief_filter.predict(b), silent) for b in (kept, other))
    torch.testing.assert_close(kept, first, atol=1e-5, rtol=1e-3)
    assert float((other - first).abs().sum()) < 0.3 * float((certain - first).abs().sum())


def test_the_prior_in_the_contract_is_that_of_the_filter_and_flat_within_the_lags_of_training():
    network, contract = small_network()
    belief = next(s for s in contract.states if s.name == "lag_belief")
    torch.testing.assert_close(torch.tensor(belief.initial).reshape(belief.shape), network.filter.first())
    grid = torch.arange(-24, 25) * 10.0
    prior = torch.tensor(SIMULATED.lag_prior(tuple(grid.tolist())))
    assert float(prior.sum()) == pytest.approx(1.0)
    inside = prior[grid.abs() <= 150]
    assert float(inside.min()) == pytest.approx(float(inside.max()))
    assert float(prior[-1] / inside[0]) == pytest.approx(math.exp(-90 / 15), rel=1e-4)


def test_caution_weighs_less_boldly_and_chooses_the_hypothesis_as_before():
    belief_filter = lag_filter((0.0, 25.0))
    generator = torch.Generator().manual_seed(2)
    predicted = belief_filter.predict(torch.rand(4, 2, SIZE, generator=generator))
    hop = 3 * torch.randn(4, SIZE, generator=generator)
    bold = belief_filter.weigh(predicted, hop)
    belief_filter.caution[1] = 0.3
    careful = belief_filter.weigh(predicted, hop)
    torch.testing.assert_close(careful.sum(2), bold.sum(2))
    torch.testing.assert_close(careful[:, 0], bold[:, 0])
    peaks = [(b[:, 1] / b[:, 1].sum(1, keepdim=True)).amax(1) for b in (careful, bold)]
    assert (peaks[0] < peaks[1]).all()


def test_as_in_training_weighing_is_bayes_rule():
    belief_filter = lag_filter((0.0, 25.0))
    generator = torch.Generator().manual_seed(3)
    predicted = belief_filter.predict(torch.rand(4, 2, SIZE, generator=generator))
    hop = torch.randn(4, SIZE, generator=generator)
    likelihood = torch.einsum("bk,mkl->bml", torch.exp(hop), belief_filter.blur)
    expected = predicted * likelihood
    expected = expected / expected.sum((1, 2), keepdim=True)
    torch.testing.assert_close(belief_filter.weigh(predicted, hop, raw=True), expected, atol=1e-6, rtol=1e-4)


def test_the_reported_lag_is_that_of_the_larger_of_two_peaks_and_exact_when_pinned():
    belief_filter = lag_filter()
    posterior = torch.full((2, SIZE), 1e-6)
    posterior[0, 0], posterior[0, SIZE - 1] = 0.35, 0.65
    posterior[1, REACH], posterior[1, REACH + 1] = 0.8, 0.2
    lag = belief_filter.lag(posterior)
    assert float(lag[0]) == pytest.approx(10.0 * REACH, abs=0.1)
    assert float(lag[1]) == pytest.approx(2.0, abs=0.01)


def test_a_lag_that_is_not_allowed_has_no_belief_whatever_the_evidence():
    belief_filter = lag_filter()
    allowed = torch.zeros(1, SIZE)
    allowed[0, 4:7] = 1.0
    hop = torch.zeros(1, SIZE)
    hop[0, 11] = 20.0
    belief = belief_filter.weigh(belief_filter.predict(torch.ones(1, 1, SIZE), allowed), hop)[:, 0]
    assert float(belief[0, 4:7].sum()) > 0.99


def test_headroom_grows_with_the_peak_and_is_below_zero_without_one():
    belief_filter, generator = lag_filter(), torch.Generator().manual_seed(1)
    found = []
    for height in (0.0, 4.0, 16.0):
        kept = torch.zeros(1, SIZE)
        for _ in range(300):
            hop = torch.randn(1, SIZE, generator=generator)
            hop[0, 3] += height / 16
            posterior = torch.zeros(1, SIZE)
            posterior[0, 3] = 1.0
            headroom, kept = belief_filter.headroom(kept, hop, posterior)
        found.append(float(headroom))
    assert found[0] < 0.5 < found[2]
    assert found[0] < found[1] < found[2]


@pytest.mark.parametrize("count", [2, 12, 48])
def test_expected_maximum_equals_a_simulated_one(count):
    drawn = np.random.default_rng(0).standard_normal((200_000, count)).max(1)
    assert expected_maximum(count) == pytest.approx(drawn.mean(), abs=0.01)


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
            np.testing.assert_allclose(a[0], b[row], atol=near(name), err_msg=name)


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
