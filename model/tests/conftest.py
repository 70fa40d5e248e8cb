"""Fixtures: small contracts, networks with random weights, and a tiny session folder that has something to learn."""

from __future__ import annotations

import dataclasses
import gzip
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from entrain_model.contract import Attention, Component, Contract, Lag, Modality, Output, State

torch.set_num_threads(1)
TRAINED = Path(__file__).parents[1] / "trained"
GOLDEN = Path(__file__).parents[1] / "golden"
REACH = 6
SIZE = 2 * REACH + 1


def small_contract(*, aligned: bool = True) -> Contract:
    """40 tokens of 10 ms, 5 units, 2 LFP channels, lags within 60 ms."""
    contract = Contract(
        name="small",
        hop_millis=20,
        context_hops=20,
        warmup_hops=20,
        modalities=(
            Modality(name="spikes", kind="events", channels=5, unit="count", bins_per_hop=2),
            Modality(name="lfp", kind="samples", channels=2, unit="sd", rate_hz=1000),
        ),
        outputs=(
            Output(
                name="decoded",
                log_variance="decoded_log_variance",
                components=(Component(name="velocity_x", unit="sd"), Component(name="velocity_y", unit="sd")),
            ),
        ),
    )
    if not aligned:
        return contract
    return dataclasses.replace(
        contract,
        states=(State(name="lag_belief", next="next_lag_belief", shape=(SIZE,), initial=(1.0 / SIZE,) * SIZE),),
        lag=Lag(of="spikes", relative_to="lfp", grid_millis=tuple(10.0 * i for i in range(-REACH, REACH + 1))),
        attention=Attention(output="attention", shape=(SIZE,)),
    )


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
