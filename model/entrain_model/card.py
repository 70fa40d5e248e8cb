"""The model card beside each file, and a small plot of what the model said on held-out time."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from entrain_model import contract as contracts
from entrain_model.contract import Contract
from entrain_model.evaluate import NORMAL_90, Decoded
from entrain_model.export import file_hash

SHOWN_SECONDS = 20.0

WHAT = {
    "lag-posterior": "Cross-attention scores pooled along equal relative time into the evidence of a filter over lags, "
    "whose belief goes from hop to hop; the lagging stream is shifted softly by it, fused with the reference, and read "
    "out at the newest step and at a fixed delay.",
    "two-stage": "Canonical correlations find the lag, a hidden Markov model tracks it, the lagging stream is shifted "
    "by it, and the lag-posterior network's decoder, trained near the true lag, reads out.",
    "early-mlp": "A perceptron over the newest 300 ms of both streams as they are stamped.",
    "early-cnn": "The lag-posterior network's encoders, fusion and readout without alignment.",
    "early-transformer": "Streams fused as they are stamped, then two transformer blocks and the readout.",
    "late": "Each stream decoded on its own, what they say weighed by a learned gate.",
    "cross-attention": "Reference tokens attend to the lagging stream's tokens, one by one; then fusion and readout.",
    "cross-attention-both": "Tokens of each stream attend to those of the other, one by one; then fusion and readout.",
    "self-attention": "Both streams' tokens in one sequence, two transformer blocks, then fusion and readout.",
    "reference-only": "The same encoder and readout on the reference stream alone.",
    "lagging-only": "The same encoder and readout on the lagging stream alone, as it is stamped.",
    "ridge": "Causal ridge regression over the newest tokens of both streams.",
}


def write(path: Path, *, model: str, command: str, figures: list[tuple[str, dict]]) -> None:
    """Writes the card of the file at `path` beside it; `figures` are (what was scored, scores) pairs."""
    contract = contracts.read(path)
    p = contract.provenance
    lines = [f"# {contract.name}", "", WHAT[model], "", "All models see the same misaligned windows in training.", ""]
    lines += ["| | |", "| --- | --- |"]
    lines += [f"| {what} | {value} |" for what, value in _head(path, contract, command)]
    lines += ["", "## Figures", ""]
    lines += [
        "The exported file, run hop after hop with its state carried, on data it was neither trained nor chosen on.",
        "R2, mean over components, with a 95 % interval from a bootstrap over blocks of 5 s.",
        "",
        "| scored on | R2, newest step | 90 % intervals cover | R2, delayed | cover | lag rmse ms | lag bias ms |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for what, s in figures:
        lag = [f"{s[k]:.1f}" if k in s else "-" for k in ("lag_rmse_millis", "lag_bias_millis")]
        delayed = [f"{s[k]:.3f}" if k in s else "-" for k in ("smoothed_r2", "smoothed_coverage_90")]
        r2 = f"{s['r2']:.3f} ({s['r2_low']:.3f} to {s['r2_high']:.3f})"
        lines.append(f"| {what} | {r2} | {s['coverage_90']:.3f} | " + " | ".join(delayed + lag) + " |")
    lines += ["", f"![{contract.name}]({path.stem}.png)", "", "## Limits", ""]
    lines += [f"- {limit}" for limit in p["limits"]]
    path.with_suffix(".md").write_text("\n".join(lines) + "\n")


def _head(path: Path, contract: Contract, command: str) -> list[tuple[str, str]]:
    p, rows = contract.provenance, []
    rows.append(("input", "; ".join(_modality(contract, m) for m in contract.modalities)))
    seconds = contract.hop_millis * contract.context_hops / 1000
    rows.append(("window", f"{seconds:g} s, hop {contract.hop_millis} ms"))
    rows.append(("output", ", ".join(f"{c.name} ({c.unit})" for c in contract.outputs[0].components)))
    delays = [f"{o.delay_millis} ms" for o in contract.outputs if o.delay_millis]
    if delays:
        rows.append(("delayed output", ", ".join(delays)))
    rows += [("data", p["data"]), ("split", p["split"])]
    rows.append(("training", f"{p['training_steps']} steps, {p['parameters']} parameters, seed {p['seed']}"))
    said = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in p["metrics"].items())
    rows += [("validation", said), ("command", f"`{command}`")]
    rows.append(("made", f"{p['created']}, entrain_model {p['code_version']}"))
    rows.append(("SHA-256", f"`{file_hash(path)}`"))
    stepwise = path.with_name(f"{path.stem}-incremental.onnx")
    if stepwise.is_file():
        rows.append(("incremental form", f"`{stepwise.name}`, SHA-256 `{file_hash(stepwise)}`"))
    return rows


def _modality(contract: Contract, m) -> str:
    rate = f"bins of {contract.hop_millis / m.bins_per_hop:g} ms" if m.kind == "events" else f"{m.rate_hz} Hz"
    return f"{m.name}: {m.kind}, {m.channels} channels, {rate}"


def plot(path: Path, decoded: Decoded) -> None:
    """Saves a picture beside `path`: the last seconds of the first stream, decoded against true, and its lag."""
    hop = decoded.contract.hop_millis / 1000
    shown = min(len(decoded.mean), round(SHOWN_SECONDS / hop))
    rows = slice(len(decoded.mean) - shown, len(decoded.mean))
    time = np.arange(shown) * hop
    components = decoded.contract.outputs[0].components
    count = len(components) + (decoded.lag_millis is not None)
    figure, axes = plt.subplots(count, 1, figsize=(7, 1.5 * count + 0.4), sharex=True, squeeze=False, dpi=90)
    for k, component in enumerate(components):
        axis = axes[k, 0]
        mean = decoded.mean[rows, 0, k]
        half = NORMAL_90 * np.exp(0.5 * decoded.newest.log_variance[rows, 0, k])
        axis.fill_between(time, mean - half, mean + half, color="tab:blue", alpha=0.2, lw=0, label="90 % interval")
        axis.plot(time, decoded.targets[rows, 0, k], color="black", lw=1, label="true")
        axis.plot(time, mean, color="tab:blue", lw=1, label="decoded")
        axis.set_ylabel(f"{component.name}\n({component.unit})")
    axes[0, 0].legend(loc="upper right", ncol=3, fontsize=7)
    if decoded.lag_millis is not None:
        axis = axes[-1, 0]
        axis.plot(time, decoded.true_lag_millis[rows, 0], color="black", lw=1)
        axis.plot(time, decoded.lag_millis[rows, 0], color="tab:orange", lw=1, label="estimated")
        axis.set_ylabel("lag (ms)")
        axis.legend(loc="upper right", fontsize=7)
    axes[-1, 0].set_xlabel("time (s)")
    axes[0, 0].set_title(decoded.name, fontsize=9)
    figure.tight_layout()
    figure.savefig(path.with_suffix(".png"), metadata={"Software": None})
    plt.close(figure)
