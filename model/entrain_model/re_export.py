"""The command `re-export`: a lag-posterior model written anew with the graph that today's code exports; nothing is
trained. Sizes and weights are read from the files' initializers, which have the names of the network's tensors.

Both forms are run against the old files, hop after hop, and are not written where what they say differs.
"""

from __future__ import annotations

import argparse
import dataclasses
import re
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor

from entrain_model import contract as contracts
from entrain_model import export as exports
from entrain_model.canonical import CanonicalLagPosterior
from entrain_model.console import UsageError
from entrain_model.contract import Contract
from entrain_model.evaluate import each_hop
from entrain_model.golden import TOLERANCE
from entrain_model.lag_posterior import READOUT_TOKENS, LagPosterior, Shape
from entrain_model.windows import Stream

HOPS, STREAMS = 300, 3
"""Of the random session that old and new files are compared on."""
ANCESTORS = "re_exported_from_sha256"
"""In the provenance: SHA-256 of the files that this one was made of, the first one first."""
EXAMPLES = """examples:
  ./entrain re-export model/trained/lag-posterior.onnx model/trained/m1-lag-posterior.onnx --out build/re-exported
  ./entrain re-export model/trained/lag-posterior.onnx --out model/trained        # in place; then ./entrain golden
"""


def add_parser(commands_of: argparse._SubParsersAction) -> None:
    parser = commands_of.add_parser(
        "re-export",
        help="write a lag-posterior model anew with today's graph, same weights",
        description="Reads NAME.onnx and NAME-incremental.onnx, writes both to --out with all they say of themselves, "
        f"and names in the provenance the files they came from. Refuses where a result of {STREAMS} random streams of "
        f"{HOPS} hops differs by more than {TOLERANCE:g} (relative above 1; lags in widths of the grid).",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="NAME.onnx, its incremental form beside it")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the files go")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    for path in options.files:
        for written, difference, result in re_export(path, options.out):
            print(f"{written}: largest difference {difference:.1e}, of {result}")


def re_export(path: Path, out: Path) -> list[tuple[Path, float, str]]:
    """Writes both forms of the model at `path` to `out` and its card, where it has one, with the new files' SHA-256;
    returns each file with the largest difference of a result from the old file's, and which result that was.

    Raises:
        UsageError: it is no lag-posterior model in both forms, or a result differs by more than TOLERANCE
    """
    olds = [path, path.with_name(f"{path.stem}-incremental.onnx")]
    for old in olds:
        if not old.is_file():
            raise UsageError(f"{old}: no such file; both forms of a model are needed")
    forms = [contracts.read(old) for old in olds]
    network, found = rebuilt(path, *forms), []
    with tempfile.TemporaryDirectory() as folder:
        news = [Path(folder) / old.name for old in olds]
        for old, form, new in zip(olds, forms, news, strict=True):
            ancestors = [*form.provenance.get(ANCESTORS, []), exports.file_hash(old)]
            again = dataclasses.replace(form, provenance=form.provenance | {ANCESTORS: ancestors})
            exports.export(network.bind(again), again, new)
            found.append((out / old.name, *difference(old, new)))
        for written, worst, result in found:
            if worst > TOLERANCE:
                raise UsageError(f"{written}: {result} differs by {worst:.1e}, must be at most {TOLERANCE:g}")
        hashes = {exports.file_hash(old): exports.file_hash(new) for old, new in zip(olds, news, strict=True)}
        out.mkdir(parents=True, exist_ok=True)
        for new in news:
            (out / new.name).write_bytes(new.read_bytes())
    card = path.with_suffix(".md")
    if card.is_file():
        (out / card.name).write_text(_card(card.read_text(), hashes))
    return found


def rebuilt(path: Path, window: Contract, incremental: Contract) -> LagPosterior:
    """The network of the window form at `path`, with the weights, buffers and fitted settings that stand there."""
    if window.provenance.get("model") != "lag-posterior":
        raise UsageError(f"{path}: model is {window.provenance.get('model')!r}, must be 'lag-posterior'")
    tensors = _tensors(path)
    per_hop = window.modality(window.lag.of).bins_per_hop
    carried = {s.name: s.shape for s in incremental.states}[f"{window.lag.of}_embedding"]
    width, held = carried[0], carried[1] + per_hop
    fused, merged = tensors["fusion.merge.weight"].shape[:2]
    products = len(tensors["fusion.left.weight"])
    shape = Shape(
        width=width,
        fused=fused,
        head=len(tensors["matcher.query.weight"]) - 1,
        products=products,
        kernel=tensors[f"encoders.{window.lag.of}.first.weight"].shape[2],
        ahead=READOUT_TOKENS + len(window.lag.grid_millis) // 2 - held,
        beside=merged > 2 * width + products + 3,
        jitter_millis=(0.0,) * len(tensors["filter.blur"]),  # the blur itself is read below
    )
    delay = window.outputs[1].delay_millis * per_hop // window.hop_millis
    kind = CanonicalLagPosterior if "share" in tensors else LagPosterior
    network = kind(window, shape, delay_tokens=delay)
    # Two biases of zero, as variates have them, are one tensor in a file.
    zeros = {f"variates.{m.name}.bias" for m in window.modalities}
    missing = [name for name, _ in network.named_parameters() if name not in tensors and name not in zeros]
    if missing:
        raise UsageError(f"{path}: no tensor {missing[0]!r} in the file")
    # A buffer that is not there is as it is made: filters follow from the contract, and a factor of 1 is left out.
    network.load_state_dict(network.state_dict() | {n: v for n, v in tensors.items() if n in network.state_dict()})
    return network.eval()


def _tensors(path: Path) -> dict[str, Tensor]:
    """Initializers by name. Files from before opset 20 hold the gain and the shifts of the log variances folded."""
    model = onnx.load(path)
    found = {i.name: torch.from_numpy(onnx.numpy_helper.to_array(i).copy()) for i in model.graph.initializer}
    shifts = sorted((n for n in found if re.fullmatch(r"select_\d+", n)), key=lambda n: int(n.split("_")[1]))
    if "matcher.gain" not in found and "exp" in found:
        found["matcher.gain"] = torch.log(found["exp"])
    if "readout.log_variance_shift" not in found and len(shifts) == 2:
        found["readout.log_variance_shift"] = torch.stack([found[name] for name in shifts])
    return found


def difference(old: Path, new: Path, seed: int = 0) -> tuple[float, str]:
    """The largest difference of a result at any hop of random streams, relative to values above 1, and the result's
    name; each file runs on its own states.

    The streams have no lag, so that the belief is wide, and where it is thin a median moves far for little: reported
    lags count in widths of the grid, and the headroom, that of one chosen lag, where the choice is not between equals.
    """
    contract = contracts.read(old)
    lag = contract.lag
    units = {lag.millis: lag.grid_millis[-1] - lag.grid_millis[0]}
    streams = [_random(contract, seed + i) for i in range(STREAMS)]
    worst, name = 0.0, next(iter(contract.results()))
    for (_, a), (_, b) in zip(*(each_hop(path, streams, range(HOPS)) for path in (old, new)), strict=True):
        second, first = np.sort(a[lag.posterior], axis=1)[:, -2:].T
        for result, values in a.items():
            counted = second < 0.999 * first if result == lag.headroom else slice(None)
            scale = units.get(result, np.maximum(1.0, np.abs(values)))
            apart = np.nan_to_num(np.abs(b[result] - values) / scale, nan=np.inf)[counted].max(initial=0.0)
            if apart > worst:
                worst, name = float(apart), result
    return worst, name


def _random(contract: Contract, seed: int) -> Stream:
    """Counts and samples that have nothing in common, with gaps; no targets."""
    rng, rows, masks = np.random.default_rng(seed), {}, {}
    for m in contract.modalities:
        steps = m.steps(contract.hop_millis)
        mask = np.repeat((rng.random(HOPS) > 0.05).astype(np.float32), steps)
        shape = (HOPS * steps, m.planes)
        x = rng.poisson(0.5, shape) if m.kind == "events" else rng.standard_normal(shape)
        rows[m.name], masks[m.name] = x.astype(np.float32) * mask[:, None], mask
    return Stream(rows, masks, np.zeros((HOPS, 1), np.float32), np.zeros(HOPS), contract)


def _card(text: str, hashes: dict[str, str]) -> str:
    """A card with the new files' hashes, and a row that says whose weights and figures these are: the first ones'."""
    for old, new in hashes.items():
        text = text.replace(old, new)
    rows = text.split("\n")
    last = max((i for i, row in enumerate(rows) if any(new in row for new in hashes.values())), default=None)
    if last is not None and "\n| re-exported |" not in text:
        olds = ", ".join(f"`{old}`" for old in hashes)
        rows.insert(last + 1, f"| re-exported | with the same weights from SHA-256 {olds}, which the figures are of |")
    return "\n".join(rows)
