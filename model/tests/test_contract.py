"""The contract survives a round trip, and what cannot be kept is refused by name, value and bound."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import onnx
import pytest
from conftest import SIZE, TOKENS, TRAINED, small_contract, small_network

from entrain_model import contract as contracts
from entrain_model.contract import Contract, ContractError, Lag
from entrain_model.export import export


@pytest.mark.parametrize("model", ["lag-posterior", "early-cnn", "ridge"])
def test_json_round_trip_gives_the_same_contract(model):
    contract = dataclasses.replace(small_contract(model), provenance={"seed": 3, "metrics": {"r2": 0.5}})
    assert Contract.from_json(contract.to_json()) == contract


def test_tensors_follow_from_the_contract():
    contract = small_contract()
    assert contract.inputs() == {
        "spikes": (TOKENS, 5),
        "spikes_mask": (TOKENS,),
        "lfp": (TOKENS * 10, 2),
        "lfp_mask": (TOKENS * 10,),
        "lag_belief": (2, SIZE),
        "lag_allowed": (SIZE,),
        "lag_evidence": (SIZE,),
    }
    assert list(contract.results()) == [
        "decoded",
        "decoded_log_variance",
        "smoothed",
        "smoothed_log_variance",
        "lag_posterior",
        "lag_millis",
        "alignment_headroom",
        "attention",
        "next_lag_belief",
        "next_lag_allowed",
        "next_lag_evidence",
    ]


REFUSALS = [
    (lambda t: t.update(version=3), "contract version is 3, this code reads versions 1 to 2"),
    (lambda t: t.update(hop_millis=0), "hop_millis is 0, must be a whole number of at least 1"),
    (lambda t: t.update(context_hops="50"), "context_hops is '50'"),
    (lambda t: t.pop("hop_millis"), "key 'hop_millis' is missing"),
    (lambda t: t.update(hops=3), "key 'hops' is unknown"),
    (lambda t: t.update(modalities=[]), "contract has no modality"),
    (lambda t: t["modalities"][0].update(kind="spikes"), "kind is 'spikes', must be 'events' or 'samples'"),
    (lambda t: t["modalities"][0].update(bins_per_hop=3), "bins_per_hop is 3, must divide the hop of 20 ms"),
    (lambda t: t["modalities"][0].update(rate_hz=1000), "rate_hz is 1000, but events have no rate"),
    (lambda t: t["modalities"][1].update(rate_hz=1030), "rate_hz is 1030, must give whole samples"),
    (lambda t: t["outputs"][0].update(log_variance="lfp_mask"), "'lfp_mask' stands 2 times"),
    (lambda t: t["states"][0].update(initial=[0.5, 0.5]), "initial has 2 values, must have 1 or 26"),
    (lambda t: t["states"][0].update(next="decoded"), "'decoded' stands 2 times"),
    (lambda t: t["outputs"][0].update(components=[]), "has no component"),
    (lambda t: t["lag"].update(of="emg"), "of is 'emg', must be one of ['spikes', 'lfp']"),
    (lambda t: t["lag"].update(grid_millis=[0.0, 0.0]), "must rise from value to value"),
    (lambda t: t["lag"].update(allowed="lag_belief"), "allowed is 'lag_belief', must be a state of shape (13,)"),
    (lambda t: t["lag"].update(headroom="decoded"), "'decoded' stands 2 times"),
    (lambda t: t["outputs"][1].update(delay_millis=-20), "delay_millis is -20, must be a multiple of the hop"),
    (lambda t: t["outputs"][1].update(delay_millis=30), "delay_millis is 30, must be a multiple of the hop"),
    (lambda t: t["outputs"][1].update(delay_millis=0), "component 'velocity_x' stands twice at a delay of 0 ms"),
]


@pytest.mark.parametrize(("spoil", "message"), REFUSALS, ids=[m for _, m in REFUSALS])
def test_contract_that_cannot_be_kept_is_refused(spoil, message):
    tree = json.loads(small_contract().to_json())
    spoil(tree)
    with pytest.raises(ContractError) as refusal:
        Contract.from_json(json.dumps(tree))
    assert message in str(refusal.value)


def test_file_without_contract_and_file_that_breaks_it_are_refused(tmp_path):
    network, contract = small_network("early-cnn")
    path = tmp_path / "small.onnx"
    export(network, contract, path)
    assert contracts.read(path) == contract
    assert b".py" not in path.read_bytes()

    model = onnx.load(path)
    del model.metadata_props[:]
    onnx.save(model, tmp_path / "bare.onnx")
    with pytest.raises(ContractError, match=r"has no key 'entrain\.contract'"):
        contracts.read(tmp_path / "bare.onnx")

    wider = dataclasses.replace(contract.modalities[0], channels=6)
    other = dataclasses.replace(contract, modalities=(wider, contract.modalities[1]))
    with pytest.raises(ContractError, match="input 'spikes'"):
        contracts.write(other, path)
    lagged = dataclasses.replace(contract, lag=Lag(of="spikes", relative_to="lfp", grid_millis=(0.0, 10.0)))
    with pytest.raises(ContractError, match="outputs are"):
        contracts.write(lagged, path)


@pytest.mark.parametrize("path", sorted(TRAINED.glob("*.onnx")), ids=lambda p: p.stem)
def test_shipped_file_carries_its_contract_and_nothing_of_the_machine_that_made_it(path):
    contract = contracts.read(path)
    assert contract.name == path.stem
    assert path.stat().st_size < 2_000_000
    raw = path.read_bytes()
    assert b"site-packages" not in raw
    assert b".py" not in raw


def test_one_number_stands_for_every_element_of_a_state():
    tiny = Path(__file__).parents[2] / "flink-job/src/test/resources/models/tiny.onnx"
    count = contracts.read(tiny).states[1]
    assert (count.name, count.initial) == ("count", (0.0,))
