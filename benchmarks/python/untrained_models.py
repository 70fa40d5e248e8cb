"""Exports lag-posterior models of other sizes, without training: cost does not depend on the weights.

    PYTHONPATH=model python3 benchmarks/python/untrained_models.py --out FOLDER

Writes one window form for each size, `window-length-50.onnx` for example, and nothing where the file is there already.
Needs the environment of ./entrain train.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import torch

from entrain_model import export as exports
from entrain_model.contract import Attention, Component, Contract, Lag, Modality, Output, State
from entrain_model.lag_posterior import LagPosterior, memory
from entrain_model.recipe import SIMULATED

SIZES = {
    "window-length": (40, 50, 100, 200),
    "channels": (8, 16, 32, 64, 128),
    "lag-grid": (13, 25, 49, 97),
}
"""Hops of a window, channels of the LFP, lags on the grid; what is not varied is as in the shipped models."""

HOPS, CHANNELS, LAGS, UNITS = 50, 16, 49, 96


def contract_of(hops: int, channels: int, lags: int) -> Contract:
    components = tuple(Component(name=f"velocity_{axis}", unit="sd") for axis in "xy")
    outputs = (
        Output(name="decoded", log_variance="decoded_log_variance", components=components),
        Output(
            name="smoothed",
            log_variance="smoothed_log_variance",
            components=components,
            delay_millis=SIMULATED.delay_millis,
        ),
    )
    reach = lags // 2
    states = tuple(
        State(name=n, next=f"next_{n}", shape=shape, initial=(value,))
        for n, (shape, value) in memory(len(SIMULATED.shape.jitter_millis), lags).items()
    )
    return Contract(
        name="untrained",
        hop_millis=SIMULATED.hop_millis,
        context_hops=hops,
        warmup_hops=hops,
        modalities=(
            Modality(name="spikes", kind="events", channels=UNITS, unit="count", bins_per_hop=SIMULATED.bins_per_hop),
            Modality(name="lfp", kind="samples", channels=channels, unit="sd", rate_hz=1000),
        ),
        outputs=outputs,
        lag=Lag(
            of="spikes",
            relative_to="lfp",
            grid_millis=tuple(SIMULATED.token_millis * i for i in range(-reach, reach + 1)),
            headroom="alignment_headroom",
            allowed="lag_allowed",
        ),
        attention=Attention(output="attention", shape=(lags,)),
        states=states,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Exports lag-posterior models of other sizes, without training.")
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    for what, sizes in SIZES.items():
        for size in sizes:
            path = out / f"{what}-{size}.onnx"
            if path.exists():
                continue
            hops, channels, lags = HOPS, CHANNELS, LAGS
            match what:
                case "window-length":
                    hops = size
                case "channels":
                    channels = size
                case _:
                    lags = size
            contract = contract_of(hops, channels, lags)
            torch.manual_seed(0)
            network = LagPosterior(
                contract,
                SIMULATED.shape,
                delay_tokens=SIMULATED.delay_tokens,
                diffusion=SIMULATED.diffusion_millis,
            )
            exports.export(network, dataclasses.replace(contract, provenance={"data": "none"}), path)
            print(path, flush=True)


if __name__ == "__main__":
    main()
