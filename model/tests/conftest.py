"""Fixtures: small contracts, networks with random weights, and a tiny session folder that has something to learn."""

from __future__ import annotations

import dataclasses
import gzip
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from entrain_model import recipe
from entrain_model.bank import Augmentation
from entrain_model.contract import Contract
from entrain_model.lag_posterior import Shape
from entrain_model.recipe import ALIGNED, MODELS, SIMULATED, Recipe, Task
from entrain_model.recording import Events, Labels, Samples, Session

torch.set_num_threads(1)
NETWORKS, FILTERED = (*MODELS, "canonical"), (*ALIGNED, "canonical")
"""What graphs are made of, and those with a filter over lags."""
TRAINED = Path(__file__).parents[1] / "trained"
GOLDEN = Path(__file__).parents[1] / "golden"
REACH = 6
SIZE = 2 * REACH + 1
TOKENS = 80
SMALL = dataclasses.replace(
    SIMULATED,
    context_hops=TOKENS // 2,
    grid_reach=REACH,
    delay_millis=100,
    augmentation=Augmentation(lag_millis=40.0),
    shape=Shape(width=16, fused=16, head=8, products=4),
    tokens=96,
    batch=8,
    cuts=2,
    steps=4,
)
"""80 tokens of 10 ms: all that an output of the window form depends on, and a few more. 5 units, 2 LFP channels."""


def small_session(seconds: int = 20) -> Session:
    empty = np.zeros(0, np.int64)
    return Session(
        name="small",
        source="made for a test",
        start_nanos=0,
        end_nanos=seconds * 1_000_000_000,
        streams={
            "spikes": Events("spikes", 5, empty, empty.astype(np.int32)),
            "lfp": Samples("lfp", 2, 1000, np.zeros((seconds * 1000, 2), np.float32)),
        },
        labels=Labels(np.arange(2) * 10_000_000, np.zeros((2, 2), np.float32), ("velocity_x", "velocity_y"), "sd"),
        lag=None,
    )


def plan_of(model: str) -> tuple[str, Recipe]:
    """The model and the recipe of a small network; "canonical": the lag-posterior network with canonical variates."""
    return ("lag-posterior", dataclasses.replace(SMALL, canonical=True)) if model == "canonical" else (model, SMALL)


def small_contract(model: str = "lag-posterior") -> Contract:
    task = Task(train=[(small_session(), (0, 1))], choose=[])
    kind, plan = plan_of(model)
    return recipe.contract_for(task, plan, kind, "small")


def small_network(model: str = "lag-posterior", seed: int = 5) -> tuple[torch.nn.Module, Contract]:
    """A network with random weights, its buffers random too, in evaluation mode, and its window contract."""
    torch.manual_seed(seed)
    contract = small_contract(model)
    kind, plan = plan_of(model)
    network = recipe.build(contract, plan, kind).eval()
    with torch.no_grad():
        for name, values in network.named_parameters():
            if values.dim() > 1 and name.startswith("readout"):
                values.mul_(2.0)  # so that outputs are of the order of 1
        for name, buffer in network.named_buffers():
            if name in ("weight", "bias") or name.endswith((".mean", "log_variance_shift")):
                buffer.normal_()
            if name.endswith(("temperature", "caution", "scale", ".sd", "share")):
                buffer.uniform_(0.4, 1.2)
            if name == "correlation":
                buffer.uniform_(0.1, 0.9)
    return network, contract


def write_session(folder: Path, *, seconds: int = 20, seed: int = 0) -> Path:
    """A folder in the simulator's form: 5 units whose rates follow x, 2 LFP channels that follow y, 1 kHz."""
    rng = np.random.default_rng(seed)
    bins = seconds * 100
    smooth = np.exp(-0.5 * (np.arange(-20, 21) / 6.0) ** 2)
    x, y = (np.convolve(rng.standard_normal(bins), smooth, "same") / 3.0 for _ in range(2))
    rates = np.exp(np.outer(x, np.linspace(-1, 1, 5))) * 0.2
    row, unit = np.nonzero(rng.random((bins, 5)) < rates)
    nanos = row * 10_000_000 + rng.integers(0, 10_000_000, len(row))
    order = np.argsort(nanos)
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / "spikes.csv.gz", "wt") as out:
        out.write("time_nanos,channel\n")
        out.writelines(f"{t},{c}\n" for t, c in zip(nanos[order], unit[order], strict=True))
    lfp = np.repeat(y, 10)[:, None] * np.array([1.0, -0.5]) + 0.5 * rng.standard_normal((bins * 10, 2))
    np.save(folder / "lfp.npy", lfp.astype(np.float32))
    with gzip.open(folder / "truth.csv.gz", "wt") as out:
        out.write("time_nanos,lag_millis,velocity_x,velocity_y\n")
        out.writelines(f"{i * 10_000_000 + 5_000_000},0.0,{x[i]:.5f},{y[i]:.5f}\n" for i in range(bins))
    tree = {
        "name": "tiny",
        "source": "made for a test",
        "start_nanos": 0,
        "end_nanos": seconds * 1_000_000_000,
        "streams": [
            {
                "modality": "spikes",
                "kind": "events",
                "layout": "rows",
                "file": "spikes.csv.gz",
                "time": "time_nanos",
                "channel": "channel",
                "channels": 5,
            },
            {"modality": "lfp", "kind": "samples", "file": "lfp.npy", "rate_hz": 1000, "channels": 2},
        ],
        "labels": {
            "file": "truth.csv.gz",
            "time": "time_nanos",
            "columns": ["velocity_x", "velocity_y"],
            "unit": "sd",
        },
        "lag": {"of": "spikes", "file": "truth.csv.gz", "column": "lag_millis"},
    }
    (folder / "recording.yaml").write_text(yaml.safe_dump(tree))
    return folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_session(tmp_path_factory.mktemp("tiny"))
