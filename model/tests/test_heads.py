"""Unimodal auxiliary heads: they train the encoders, and leave no trace in the network or in what is exported."""

from __future__ import annotations

import dataclasses

import onnx
import pytest
import torch
from conftest import SMALL, small_network

from entrain_model import recipe, recording, train
from entrain_model.bank import Bank
from entrain_model.export import export
from entrain_model.heads import Heads
from entrain_model.recipe import Task

SPANS = (0, 14_000_000_000), (14_000_000_000, 20_000_000_000)


@pytest.fixture(scope="module")
def task(tiny):
    session = recording.read(tiny)
    return Task(train=[(session, SPANS[0])], choose=[(session, SPANS[1])])


@pytest.fixture(scope="module")
def beside_heads(task):
    """By model: a network trained without heads and one with, from the same seed."""
    plans = SMALL, dataclasses.replace(SMALL, head_weight=0.5)
    contracts_of = {m: recipe.contract_for(task, SMALL, m, "small") for m in ("lag-posterior", "early-cnn")}
    return {m: [train.train(task, p, c, m, 3, lambda *_: None) for p in plans] for m, c in contracts_of.items()}


@pytest.mark.parametrize("model", ["lag-posterior", "early-cnn"])
def test_heads_train_the_encoders_and_leave_no_trace_in_the_network(beside_heads, model):
    plain, helped = beside_heads[model]
    assert not torch.equal(plain.encoders["spikes"].enter.weight, helped.encoders["spikes"].enter.weight)
    assert list(plain.state_dict()) == list(helped.state_dict())
    assert [name for name, _ in plain.named_modules()] == [name for name, _ in helped.named_modules()]
    assert not any(module._forward_hooks for module in helped.modules())


def test_heads_do_not_change_the_exported_graph(tmp_path, task, beside_heads):
    graphs = []
    for i, network in enumerate(beside_heads["early-cnn"]):
        export(network, recipe.contract_for(task, SMALL, "early-cnn", "small"), tmp_path / f"{i}.onnx")
        graph = onnx.load(tmp_path / f"{i}.onnx").graph
        nodes = [(n.op_type, list(n.input), list(n.output)) for n in graph.node]
        graphs.append((nodes, [(w.name, list(w.dims)) for w in graph.initializer]))
    assert graphs[0] == graphs[1]


def test_a_head_is_asked_for_the_target_of_its_tokens_own_time(task):
    """A head that says the target exactly has no error, however late the stream is stamped."""
    network, contract = small_network("early-cnn")
    session, span = task.train[0]
    heads = Heads(network, lag_of="spikes")
    batch = Bank(session, contract, span, SMALL.augmentation, "spikes", seed=1).batch(4, SMALL.tokens)
    tokens = SMALL.tokens
    targets = torch.arange(tokens).float()[None, :, None].repeat(4, 1, 2)
    late = dataclasses.replace(batch, targets=targets, lag_millis=torch.full_like(batch.lag_millis, 30.0))
    present = torch.ones(4, 1, tokens)
    time = torch.arange(tokens).float().expand(4, 1, tokens)
    heads.heard = {n: (torch.cat([time, torch.zeros(4, 15, tokens)], 1), present) for n in ("spikes", "lfp")}
    heads.mean.zero_(), heads.sd.fill_(1.0)
    with torch.no_grad():
        for name, lag in (("spikes", 3), ("lfp", 0)):
            head = heads.filters[name]
            head.weight.zero_(), head.bias.zero_()
            head.weight[:, 0, -1] = 1.0
            head.bias[:2], head.bias[2:] = -lag, -lag - network.delay_tokens
    with torch.no_grad():
        loss = float(heads.loss(late))
    assert loss == pytest.approx(0.0, abs=1e-9)
    heads.leave()


def test_heads_ignore_a_stream_that_is_missing(task):
    network, contract = small_network("early-cnn")
    heads = Heads(network, lag_of="spikes")
    session, span = task.train[0]
    batch = Bank(session, contract, span, SMALL.augmentation, "spikes", seed=1).batch(4, SMALL.tokens)
    batch.masks["spikes"].zero_()
    network.decode(batch.raws, batch.masks, newest=False)
    heads.loss(batch).backward()
    for name, learns in (("spikes", False), ("lfp", True)):
        assert all((p.grad.abs().max() > 0) == learns for p in heads.filters[name].parameters())


def test_heads_stand_only_beside_networks_with_two_encoders(task):
    for model in ("reference-only", "early-mlp"):
        assert Heads.of(small_network(model)[0], 1.0, "spikes") is None
    assert Heads.of(small_network("late")[0], 0.0, "spikes") is None


def test_a_training_with_heads_that_was_stopped_ends_as_one_that_was_not(tmp_path, task, monkeypatch):
    monkeypatch.setattr(train, "SAVE_EVERY", 2)
    plan, keep = dataclasses.replace(SMALL, steps=6, head_weight=0.5), tmp_path / "kept"
    contract = recipe.contract_for(task, plan, "early-cnn", "small")
    whole = train.train(task, plan, contract, "early-cnn", 3, lambda *_: None)

    class StoppedError(Exception):
        pass

    def stop(done, *_):
        if done == 5:
            raise StoppedError

    with pytest.raises(StoppedError):
        train.train(task, plan, contract, "early-cnn", 3, stop, keep)
    again = train.train(task, plan, contract, "early-cnn", 3, lambda *_: None, keep)
    for (name, a), b in zip(whole.state_dict().items(), again.state_dict().values(), strict=True):
        torch.testing.assert_close(a, b, atol=0, rtol=0, msg=name)
