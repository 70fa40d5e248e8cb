"""Tables and plots of the suite: Markdown, CSV, JSON and PNG."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from entrain_model import judge
from entrain_model.judge import Verdict
from entrain_model.table import write_csv

OURS = "lag-posterior"
NOISES = (0, 1, 2, 4)
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999", "#F0E442")
"""Okabe and Ito's palette, told apart by colour-blind readers."""
OUTPUTS = {"decoded": "newest step", "smoothed": "200 ms later"}

Rows = list[dict[str, object]]


def rows(verdicts: list[Verdict], hop_millis: int) -> Rows:
    """One row for each condition and model, pooled over its runs, with the lead of the model over it."""
    groups: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for v in verdicts:
        groups[v.condition, v.model].append(v)
    table = []
    for (condition, model), found in groups.items():
        row: dict[str, object] = {"condition": condition, "model": model, "runs": len(found)}
        for output in OUTPUTS:
            if output not in found[0].sums:
                continue
            point, drawn = judge.pooled(found, output)
            low, high = judge.interval(drawn)
            row |= {f"{output}_r2": point, f"{output}_r2_low": low, f"{output}_r2_high": high}
            ours = {v.run: v for v in groups.get((condition, OURS), [])}
            both = [v for v in found if v.run in ours]
            if model != OURS and both:
                mine, mine_drawn = judge.pooled([ours[v.run] for v in both], output)
                other, other_drawn = judge.pooled(both, output)
                low, high = judge.interval(mine_drawn - other_drawn)
                row |= {f"{output}_lead": mine - other, f"{output}_lead_low": low, f"{output}_lead_high": high}
        row["coverage_90"] = judge.mean_figure(found, "coverage_90")
        row["smoothed_coverage_90"] = judge.mean_figure(found, "smoothed_coverage_90")
        row["lag_rmse_millis"] = judge.rms_figure(found, "lag_rmse_millis")
        row["lag_within_30_millis"] = judge.mean_figure(found, "lag_within_30_millis")
        row["headroom_median"] = judge.mean_figure(found, "headroom_median")
        if condition.startswith("jump"):
            row["relock_seconds"] = judge.relock_seconds(found, hop_millis)
        table.append({k: _rounded(v) for k, v in row.items()})
    return table


def _rounded(value: object) -> object:
    if not isinstance(value, float):
        return value
    return round(value, 4) if math.isfinite(value) else None


def write(folder: Path, table: Rows, about: dict[str, object]) -> None:
    """Writes scores.csv, scores.json, tables.md and the plots to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / "scores.csv", table)
    (folder / "scores.json").write_text(json.dumps(about | {"rows": table}, indent=1, allow_nan=False) + "\n")
    (folder / "tables.md").write_text(tables(table))
    noise_plot(table, folder / "noise.png")
    coverage_plot(table, folder / "coverage.png")


def tables(table: Rows) -> str:
    """Markdown: one table a condition, best first."""
    lines: list[str] = []
    for condition in dict.fromkeys(row["condition"] for row in table):
        some = [row for row in table if row["condition"] == condition]
        some.sort(key=lambda row: -(row.get("decoded_r2") or -9))
        relock = any("relock_seconds" in row for row in some)
        lines += [f"### {condition}", ""]
        lines.append(
            "| model | R² newest step | lead | R² 200 ms later | lead | covers | lag rmse ms |"
            + (" back in s |" if relock else "")
        )
        lines.append("| --- | --- | --- | --- | --- | --- | --- |" + (" --- |" if relock else ""))
        for row in some:
            cells = [str(row["model"])]
            for output in OUTPUTS:
                cells += [_with_interval(row, f"{output}_r2"), _with_interval(row, f"{output}_lead")]
            cells += [_number(row.get("coverage_90"), 2), _number(row.get("lag_rmse_millis"), 1)]
            cells += [_number(row.get("relock_seconds"), 2)] if relock else []
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def _number(value: object, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _with_interval(row: dict[str, object], name: str) -> str:
    if row.get(name) is None:
        return ""
    return f"{row[name]:.3f} ({row[f'{name}_low']:.3f} to {row[f'{name}_high']:.3f})"


def noise_plot(table: Rows, path: Path) -> None:
    """R2 against noise with intervals, at the newest step and 200 ms later, and the tracked lag's error."""
    found = {(row["condition"], row["model"]): row for row in table}
    models = list(dict.fromkeys(row["model"] for row in table if str(row["condition"]).startswith("noise")))
    if not models:
        return
    figure, axes = plt.subplots(1, 3, figsize=(12, 4), dpi=90)
    for i, model in enumerate(models):
        style = {"color": COLOURS[i % len(COLOURS)], "marker": "os^vDP*Xd"[i % 9], "ms": 4, "lw": 1.2, "label": model}
        style["ls"] = ("-", "--", ":")[i // len(COLOURS) % 3]
        for axis, output in zip(axes, OUTPUTS, strict=False):
            points = [(s, found[f"noise-{s}", model]) for s in NOISES if (f"noise-{s}", model) in found]
            points = [(s, r) for s, r in points if r.get(f"{output}_r2") is not None]
            if not points:
                continue
            y = np.array([r[f"{output}_r2"] for _, r in points])
            ends = np.array([[r[f"{output}_r2_low"], r[f"{output}_r2_high"]] for _, r in points]).T
            axis.errorbar([s for s, _ in points], y, yerr=np.abs(ends - y), capsize=2, **style)
        lags = [
            (s, found[f"noise-{s}", model].get("lag_rmse_millis")) for s in NOISES if (f"noise-{s}", model) in found
        ]
        lags = [(s, v) for s, v in lags if v is not None]
        if lags:
            axes[2].plot(*zip(*lags, strict=True), **style)
    for axis, title in zip(axes, ("R², newest step", "R², 200 ms later", "lag rmse (ms)"), strict=True):
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("noise (times each channel's sd; times each unit's rate)", fontsize=8)
        axis.grid(alpha=0.3)
    axes[2].set_ylim(bottom=0)
    figure.suptitle("Simulated subjects, lag wandering with sd 60 ms, packets jittered by 8 ms", fontsize=10)
    figure.legend(*axes[0].get_legend_handles_labels(), fontsize=7, ncols=6, loc="lower center")
    figure.tight_layout(rect=(0, 0.08 + 0.04 * (len(models) > 6), 1, 1))
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)


def coverage_plot(table: Rows, path: Path) -> None:
    """How many targets the 90 % intervals hold, for each condition, of the model and its nearest rival."""
    conditions = list(dict.fromkeys(row["condition"] for row in table))
    models = [m for m in (OURS, "two-stage", "early-cnn") if any(row["model"] == m for row in table)]
    figure, axis = plt.subplots(figsize=(8, 3.2), dpi=90)
    for i, model in enumerate(models):
        some = {row["condition"]: row["coverage_90"] for row in table if row["model"] == model}
        x = [j + 0.2 * (i - 1) for j, c in enumerate(conditions) if c in some]
        axis.plot(x, [some[c] for c in conditions if c in some], "os^"[i], color=COLOURS[i], label=model)
    axis.axhspan(0.88, 0.92, color="grey", alpha=0.2, lw=0, label="0.88 to 0.92")
    axis.set_xticks(range(len(conditions)), conditions, rotation=40, ha="right", fontsize=8)
    axis.set_ylabel("targets inside the\n90 % interval")
    axis.grid(alpha=0.3, axis="y")
    axis.legend(fontsize=7, ncol=4)
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)
