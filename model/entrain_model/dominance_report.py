"""Tables and plots of the dominance experiment: Markdown, CSV, JSON and PNG."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from entrain_model import alarm, dominance, judge
from entrain_model.dominance import EXPERTS
from entrain_model.judge import Verdict
from entrain_model.report import COLOURS, Rows
from entrain_model.table import write_csv

WORDS = {"spikes": "spikes", "lfp": "LFP"}
LATE = 0.5
"""Gradient norms are averaged over this last share of a training: its beginning says little."""


def rows(verdicts: list[Verdict], gradients: Rows) -> Rows:
    """One row for each case, cure and stream that is left when the other is removed."""
    found: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for v in verdicts:
        found[v.condition, v.model].append(v)
    ratio = gradient_ratios(gradients)
    table = []
    for case in dominance.CASES:
        for cure in dominance.CURES:
            for left, removed in (tuple(EXPERTS), tuple(EXPERTS)[::-1]):
                row: dict[str, object] = {"case": case, "cure": cure, "removed": removed, "left": left}
                alone = found[f"{case}/no-{removed}", cure]
                row |= {"runs": len(alone)} | _share(alone, found[f"{case}/both", left])
                row |= _interval("both_r2", *judge.pooled(found[f"{case}/both", cure], "decoded"))
                row["gradient_ratio"] = round(ratio[case, cure], 3)
                table.append(row)
    return table


def _share(alone: list[Verdict], expert: list[Verdict]) -> dict[str, object]:
    """R2 of what is left, of its expert, and their ratio; runs and blocks are drawn alike for both."""
    r2, drawn = judge.pooled(alone, "decoded")
    own, own_drawn = judge.pooled(expert, "decoded")
    row = _interval("r2", r2, drawn) | _interval("expert_r2", own, own_drawn)
    return row | _interval("share", r2 / own, drawn / own_drawn) | {"verdict": alarm.verdict(r2 / own, own)}


def _interval(name: str, point: float, drawn: np.ndarray) -> dict[str, float]:
    low, high = judge.interval(drawn)
    return {name: round(point, 4), f"{name}_low": round(low, 4), f"{name}_high": round(high, 4)}


def gradient_ratios(gradients: Rows) -> dict[tuple[str, str], float]:
    """By case and cure: mean gradient norm of the smaller encoder over that of the larger, late in training."""
    norms: dict[tuple[str, str], list[list[float]]] = defaultdict(list)
    last = max(row["step"] for row in gradients)
    for row in gradients:
        if row["step"] > LATE * last:
            norms[row["case"], row["arm"]].append([row[f"{m}_gradient_norm"] for m in EXPERTS])
    means = {key: np.mean(values, axis=0) for key, values in norms.items()}
    return {key: float(m.min() / m.max()) for key, m in means.items()}


def write(folder: Path, table: Rows, gradients: Rows, about: dict[str, object]) -> None:
    """Writes scores.csv, scores.json, gradients.csv, table.md and the plots to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / "scores.csv", table)
    write_csv(folder / "gradients.csv", gradients)
    (folder / "scores.json").write_text(json.dumps(about | {"rows": table}, indent=1, allow_nan=False) + "\n")
    (folder / "table.md").write_text(markdown(table))
    share_plot(table, folder / "share.png")
    gradient_plot(gradients, folder / "gradients.png")


def markdown(table: Rows) -> str:
    lines = []
    for case in dominance.CASES:
        some = [row for row in table if row["case"] == case]
        experts = {row["left"]: row for row in some}
        told = ", ".join(f"{WORDS[m]} {_with_interval(experts[m], 'expert_r2')}" for m in EXPERTS)
        lines += [f"### {case}", "", f"R² of the experts: {told}.", ""]
        lines.append(
            "| cure | R² both streams | without LFP | share of the spikes' expert | | without spikes | share of the "
            "LFP's expert | | gradient norms, smaller over larger |"
        )
        lines.append("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        for cure in dominance.CURES:
            own = {row["left"]: row for row in some if row["cure"] == cure}
            cells = [cure, _with_interval(own["spikes"], "both_r2")]
            for left in EXPERTS:
                row = own[left]
                cells += [f"{row['r2']:.3f}", _with_interval(row, "share", 2), str(row["verdict"])]
            lines.append("| " + " | ".join([*cells, f"{own['spikes']['gradient_ratio']:.2f}"]) + " |")
        lines.append("")
    return "\n".join(lines)


def _with_interval(row: dict[str, object], name: str, digits: int = 3) -> str:
    return f"{row[name]:.{digits}f} ({row[f'{name}_low']:.{digits}f} to {row[f'{name}_high']:.{digits}f})"


def share_plot(table: Rows, path: Path) -> None:
    """For each case and cure: what is left of each stream, as a share of its expert, with intervals over runs."""
    figure, axes = plt.subplots(1, len(dominance.CASES), figsize=(10, 3.8), sharey=True, squeeze=False, dpi=90)
    for axis, case in zip(axes[0], dominance.CASES, strict=True):
        for i, left in enumerate(EXPERTS):
            some = [row for row in table if row["case"] == case and row["left"] == left]
            y = np.array([row["share"] for row in some])
            ends = np.array([[row["share_low"], row["share_high"]] for row in some]).T
            x = np.arange(len(some)) + 0.16 * (2 * i - 1)
            expert = f"{WORDS[left]} alone (expert R² {some[0]['expert_r2']:.2f})"
            axis.errorbar(x, y, yerr=np.abs(ends - y), fmt="os"[i], color=COLOURS[i], capsize=3, label=expert)
        axis.axhline(alarm.SHARE, color="black", lw=1, ls="--")
        axis.axhline(alarm.STARVED_SHARE, color="black", lw=1, ls=":")
        axis.set_xticks(range(len(dominance.CURES)), list(dominance.CURES), rotation=25, ha="right", fontsize=8)
        axis.set_title(f"case: {case}", fontsize=10)
        axis.grid(alpha=0.3, axis="y")
        axis.legend(fontsize=8, loc="lower right")
    axes[0, 0].set_ylabel("R² with the other stream removed,\nas a share of the expert's")
    figure.suptitle("Dashed: below it the alarm sounds (fragile); dotted: below it starved", fontsize=9)
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)


def gradient_plot(gradients: Rows, path: Path) -> None:
    """Norm of each encoder's gradient over training, one panel for each case and cure; lines are runs."""
    panels = [(case, cure) for case in dominance.CASES for cure in dominance.CURES]
    shape = len(dominance.CASES), len(dominance.CURES)
    figure, axes = plt.subplots(*shape, figsize=(12, 4.8), sharex=True, sharey=True, squeeze=False, dpi=90)
    for axis, (case, cure) in zip(axes.flat, panels, strict=True):
        some = [row for row in gradients if (row["case"], row["arm"]) == (case, cure)]
        for i, m in enumerate(EXPERTS):
            for j, run in enumerate(dict.fromkeys(row["run"] for row in some)):
                points = [(row["step"], row[f"{m}_gradient_norm"]) for row in some if row["run"] == run]
                label = f"{WORDS[m]} encoder" if j == 0 else None
                axis.plot(*zip(*points, strict=True), color=COLOURS[i], ls=("-", "--")[i], lw=1, label=label)
        axis.set_yscale("log")
        axis.set_title(f"{case}, {cure}", fontsize=9)
        axis.grid(alpha=0.3)
    for axis in axes[-1]:
        axis.set_xlabel("training step")
    for axis in axes[:, 0]:
        axis.set_ylabel("gradient norm\n(loss per weight)", fontsize=8)
    axes[0, 0].legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)
