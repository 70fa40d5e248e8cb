"""Golden inputs and outputs of an exported file: what another runtime's host is checked against.

`golden.json` names each tensor, its shape, its file (little-endian float32, row-major) and the tolerance.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from entrain_model import contract as contracts
from entrain_model.evaluate import session_of
from entrain_model.export import example_inputs, file_hash

TOLERANCE = 1e-4
BATCH = 3


def write(model: Path, folder: Path, seed: int = 11) -> None:
    """Three windows: one with gaps, one whose first modality is missing, one at a session's start; states are not the
    initial ones. Under masks of 0 the inputs hold 0, as the host writes them."""
    contract = contracts.read(model)
    tensors = [t.numpy() for t in example_inputs(contract, BATCH, seed)]
    feeds = dict(zip(contract.inputs(), tensors, strict=True))
    for i, m in enumerate(contract.modalities):
        mask = feeds[f"{m.name}_mask"]
        if i == 0:
            mask[1] = 0
        mask[2, : len(mask[2]) * 3 // 5] = 0
        feeds[m.name] *= mask[:, :, None]
    names = list(contract.results())
    results = dict(zip(names, session_of(model).run(names, feeds), strict=True))
    folder.mkdir(parents=True, exist_ok=True)
    entries = {"inputs": _save(folder, feeds), "outputs": _save(folder, results)}
    head = {"model": model.name, "model_sha256": file_hash(model), "batch": BATCH, "tolerance": TOLERANCE}
    (folder / "golden.json").write_text(json.dumps(head | entries, indent=1) + "\n")


def _save(folder: Path, tensors: dict[str, np.ndarray]) -> list[dict]:
    entries = []
    for name, values in tensors.items():
        (folder / f"{name}.f32").write_bytes(np.ascontiguousarray(values, "<f4").tobytes())
        entries.append({"name": name, "shape": list(values.shape), "file": f"{name}.f32"})
    return entries


def read(folder: Path) -> tuple[dict, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The head of golden.json, the inputs and the outputs."""
    head = json.loads((folder / "golden.json").read_text())

    def load(entry: dict) -> np.ndarray:
        return np.frombuffer((folder / entry["file"]).read_bytes(), "<f4").reshape(entry["shape"])

    return head, *({e["name"]: load(e) for e in head[side]} for side in ("inputs", "outputs"))
