"""From a task to a file: train, calibrate, export in each form, with the provenance that the card is written from."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

from torch import nn

from entrain_model import __version__, calibrate, recipe
from entrain_model import export as exports
from entrain_model import train as training
from entrain_model.lag_posterior import LagPosterior
from entrain_model.recipe import Recipe, Task
from entrain_model.table import write_csv
from entrain_model.train import Progress

RECORDING_LIMITS = (
    "One recording of one animal: nothing here is shown to carry over to another session or array.",
    "The lag was injected by us, on data whose own alignment counts as zero; a latency of physiology is part of it.",
    "Where the second stream is stamped late, its newest part has not arrived, and the newest step is worse for it.",
)
SIMULATED_LIMITS = (
    "Trained on the simulated world, one subject; the world was written by the side that wrote the architecture.",
    "Lags beyond 150 ms, noise beyond 4 times the signal's sd and other subjects were not in the training data.",
    "Lag is known only relative to the alignment of the training data.",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Origin:
    """What a file says of where it comes from."""

    data: str
    split: str
    limits: tuple[str, ...]


def produce(
    task: Task, plan: Recipe, model: str, name: str, seed: int, out: Path, origin: Origin, progress: Progress
) -> Path:
    """Writes NAME.onnx to `out`, NAME-incremental.onnx where the model has that form, and NAME.training.csv; returns
    the first file. A training that was stopped goes on where it was."""
    out.mkdir(parents=True, exist_ok=True)
    contract = recipe.contract_for(task, plan, model, name)
    keep = out / f".{name}.training"
    network = training.train(task, plan, contract, model, seed, progress, keep)
    figures = {} if model == "ridge" else calibrate.calibrate(network, task, plan, contract)
    contract = dataclasses.replace(contract, provenance=_provenance(network, model, plan, seed, origin, figures))
    path = out / f"{name}.onnx"
    exports.export(network, contract, path)
    if isinstance(network, LagPosterior):
        stepwise = dataclasses.replace(recipe.incremental(contract, network), name=f"{name}-incremental")
        exports.export(network.bind(stepwise), stepwise, out / f"{name}-incremental.onnx")
    if getattr(network, "log", None):
        write_csv(out / f"{name}.training.csv", network.log)
    keep.unlink(missing_ok=True)
    return path


def _provenance(
    network: nn.Module, model: str, plan: Recipe, seed: int, origin: Origin, figures: dict[str, float]
) -> dict:
    trained = sum(p.numel() for p in network.parameters() if p.requires_grad)
    return {
        "model": model,
        "data": origin.data,
        "split": origin.split,
        "seed": seed,
        "code_version": __version__,
        "created": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "training_steps": plan.steps if model != "ridge" else 0,
        "parameters": trained or sum(b.numel() for b in network.buffers()),
        "metrics": {"validation_window_r2": round(network.validation_r2, 4)} | figures,
        "limits": list(origin.limits),
    }
