"""Plots of the studies of real recordings."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from entrain_model.report import COLOURS

NAMES = {
    "few": "15 units as reference, at random",
    "half": "half and half, at random",
    "index-few": "15 neighbouring units as reference",
    "index-half": "half and half by index",
}
PATIENT_MODELS = ("lag-posterior", "lag-posterior, true lag", "two-stage", "early", "ppg-only", "beats-only")


def m1(table: list[dict], path: Path) -> None:
    """R2 of every model under the mix of lags, at the newest and the delayed step, one row for each kind of split."""
    settings = [s for s in NAMES if any(r["setting"] == s and r["condition"] == "mix" for r in table)]
    if not settings:
        return
    figure, axes = plt.subplots(len(settings), 2, figsize=(9, 0.6 + 2.6 * len(settings)), squeeze=False, dpi=90)
    for i, setting in enumerate(settings):
        some = [r for r in table if r["setting"] == setting and r["condition"] == "mix"]
        some.sort(key=lambda r: r["decoded_r2"])
        for axis, output, title in zip(axes[i], ("decoded", "smoothed"), ("newest step", "500 ms later"), strict=True):
            _bars(axis, some, output)
            axis.set_title(f"{NAMES[setting]}: R², {title}", fontsize=9)
        axes[i, 1].set_yticklabels([])
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)


def _bars(axis: plt.Axes, some: list[dict], output: str) -> None:
    y = np.arange(len(some))
    values = np.array([r[f"{output}_r2"] for r in some])
    ends = np.array([[r[f"{output}_r2_low"], r[f"{output}_r2_high"]] for r in some]).T
    colours = [COLOURS[0] if r["model"] == "lag-posterior" else COLOURS[7] for r in some]
    axis.barh(y, values, xerr=np.abs(ends - values), color=colours, error_kw={"lw": 1, "capsize": 2})
    for place, value in zip(y, values, strict=True):
        axis.text(0.01, place, f"{value:.3f}", va="center", fontsize=7, color="white")
    axis.set_yticks(y, [f"{r['model']} ({r['runs']})" for r in some], fontsize=8)
    axis.set_xlim(0, 1)
    axis.grid(alpha=0.3, axis="x")


def bidmc(table: list[dict], path: Path) -> None:
    """R2 of each patient under the mix of lags, and the share of time with the lag within 50 ms."""
    found = {(r["setting"], r["model"]): r for r in table if r["condition"] == "mix" and r["setting"] != "all patients"}
    patients = sorted({setting for setting, _ in found})
    if not patients:
        return
    figure, axes = plt.subplots(2, 1, figsize=(9, 5.5), sharex=True, dpi=90, height_ratios=(2, 1))
    for i, model in enumerate(PATIENT_MODELS):
        style = {"color": COLOURS[i], "marker": "os^vDP"[i], "ls": "none", "ms": 5, "label": model}
        x = np.array([j for j, p in enumerate(patients) if (p, model) in found])
        rows = [found[p, model] for p in patients if (p, model) in found]
        axes[0].plot(x + 0.1 * (i - 2.5), [r["decoded_r2"] for r in rows], **style)
        if rows and "lag_within_50_millis" in rows[0] and "true" not in model:
            axes[1].plot(x + 0.1 * (i - 2.5), [r["lag_within_50_millis"] for r in rows], **style)
    axes[0].set_ylabel("R² of respiration,\nnewest step")
    axes[0].legend(fontsize=7, ncol=3, loc="lower center")
    axes[0].axhline(0, color="black", lw=0.5)
    axes[1].set_ylabel("lag within 50 ms,\nshare of time")
    axes[1].set_ylim(-0.03, 1.03)
    axes[1].set_xticks(range(len(patients)), [p.rsplit("-", 1)[-1] for p in patients])
    axes[1].set_xlabel("patient")
    for axis in axes:
        axis.grid(alpha=0.3)
    figure.suptitle("BIDMC: last 2 minutes of each patient, the heartbeats' clock off by up to 500 ms", fontsize=10)
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)
