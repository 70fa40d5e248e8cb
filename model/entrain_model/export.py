"""PyTorch to one self-contained ONNX file with its contract."""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import warnings
from pathlib import Path

import onnx
import torch
from onnxscript import ir, optimizer
from torch import Tensor, nn

from entrain_model import contract as contracts
from entrain_model.contract import Contract

OPSET = 20
"""The first with Gelu as one operator."""


def example_inputs(contract: Contract, batch: int, seed: int = 0) -> list[Tensor]:
    """Plausible random inputs in the contract's order: counts, samples, masks with gaps, states around the initial."""
    generator = torch.Generator().manual_seed(seed)
    tensors = []
    for m in contract.modalities:
        rows = contract.rows(m)
        mask = (torch.rand(batch, rows, generator=generator) > 0.1).float()
        x = torch.randn(batch, rows, m.planes, generator=generator)
        tensors += [(x.abs().round() if m.kind == "events" else x) * mask.unsqueeze(-1), mask]
    for s in contract.states:
        initial = torch.tensor(s.initial).expand(s.shape) if len(s.initial) == 1 else torch.tensor(s.initial)
        tensors.append(initial.reshape(1, *s.shape) * (0.5 + torch.rand(batch, *s.shape, generator=generator)))
    return tensors


def export(model: nn.Module, contract: Contract, path: Path) -> str:
    """Writes `path` and returns its SHA-256 in hex."""
    contract.check()
    model.eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    inputs = tuple(example_inputs(contract, batch=3))
    batch = torch.export.Dim("batch", min=1, max=65536)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            model,
            inputs,
            dynamo=True,
            opset_version=OPSET,
            external_data=False,
            input_names=list(contract.inputs()),
            output_names=list(contract.results()),
            dynamic_shapes={"tensors": tuple({0: batch} for _ in inputs)},
            optimize=False,
        )
        _optimize(program.model, set(model.state_dict()))
        program.save(str(path))
    _strip(path)
    contracts.write(contract, path)
    return file_hash(path)


def _optimize(graph: ir.Model, kept: set[str]) -> None:
    """Folds constants, but nothing that is made of what training or fitting has `kept`: such tensors stand in the file
    under their names, so that `re_export` can read them. A runtime folds the rest when it opens the file."""

    made: set[str] = set()

    def fold(node: ir.Node) -> bool | None:
        derived = [v for v in node.inputs if v is not None and (v.name in kept or v.name in made)]
        if not derived:
            return None
        made.update(v.name for v in node.outputs)
        return False

    optimizer.optimize_ir(graph, should_fold=fold)


def _strip(path: Path) -> None:
    """Removes the exporter's notes (stack traces, local paths), so that equal weights give equal files."""
    model = onnx.load(path)
    for part in (model.graph, *model.graph.node, *model.graph.initializer, *model.graph.value_info):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    for value in (*model.graph.input, *model.graph.output):
        value.ClearField("metadata_props")
    model.graph.name = "entrain"
    onnx.save(model, path)


def file_hash(path: Path) -> str:
    """The model's hash: SHA-256 of the whole file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
