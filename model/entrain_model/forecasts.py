"""Registers forecasts of the breakdown noise for the suite's models, and holds them against what is then measured."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from entrain_model import breakdown, suite
from entrain_model import contract as contracts
from entrain_model.breakdown import Forecast, Windows
from entrain_model.calibrate import JITTER_MILLIS
from entrain_model.contract import Contract
from entrain_model.export import file_hash
from entrain_model.recipe import SIMULATED
from entrain_model.suite import Run
from entrain_model.table import write_csv
from entrain_model.windows import Stream, stream, wandering_lag

PATHS = 6
"""Wandering lags on the validation stretch that the margins are averaged over."""

Tell = Callable[[int, int, str], None]


def register(files: dict[Run, Path], data: Path, out: Path, tell: Tell) -> dict[str, dict]:
    """Forecasts from the validation stretch at noise <= 1, for each run's file, written to `out`, which must not be
    there: a forecast that could be made again after the measurement would be none."""
    if out.exists():
        raise ValueError(f"{out} is registered already; a forecast is made once. Name another file, or remove it")
    registered = {}
    for i, (run, file) in enumerate(files.items()):
        contract = contracts.read(file)
        found, band = breakdown.forecast(_calibrated(file, contract, data, run), contract)
        registered[run.name] = {
            "sha256": file_hash(file),
            "margin": round(found.margin, 4),
            "coefficients": {n: round(v, 5) for n, v in found.coefficients.items()},
            "events": list(found.events),
            "critical_margin": round(found.critical, 4),
            "breakdown_noise": round(found.breakdown_noise, 2),
            "band": [round(b, 2) for b in band],
        }
        tell(i + 1, len(files), run.name)
    out.parent.mkdir(parents=True, exist_ok=True)
    about = {"registered": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")}
    about["calibrated_at_noise"] = [0.0, *breakdown.CALIBRATED_NOISE]
    out.write_text(json.dumps(about | {"forecasts": registered}, indent=1) + "\n")
    return registered


def _calibrated(file: Path, contract: Contract, data: Path, run: Run) -> dict[tuple[str, float], Windows]:
    """Windows of every calibration stream, all wandering lags together."""
    (session, span), limit = suite.task(data, run).choose[0], SIMULATED.augmentation.lag_millis
    together: list[dict[tuple[str, float], Stream]] = []
    for path in range(PATHS):
        seconds, seed = (span[1] - span[0]) / 1e9, 500 + path
        lag = wandering_lag(SIMULATED.wander_sd_millis, SIMULATED.wander_seconds, limit, seconds, seed)
        panes = stream(session, contract, span, lag, contract.lag.of, jitter_millis=JITTER_MILLIS, seed=seed)
        together.append(breakdown.calibration(panes, seed=100 * seed))
    keys = list(together[0])
    found = breakdown.windows(file, [streams[key] for streams in together for key in keys])
    merged = {}
    for i, key in enumerate(keys):
        own = found[i :: len(keys)]
        merged[key] = Windows(np.concatenate([w.margin for w in own]), np.concatenate([w.hit for w in own]))
    return merged


def measure(registered: dict, files: dict[Run, Path], data: Path, tell: Tell) -> list[dict]:
    """For each run its forecast and what its test sessions say, noise by noise."""
    rows = []
    for run, file in files.items():
        told = registered["forecasts"].get(run.name)
        if told is None:
            raise ValueError(f"{run.name} has no registered forecast, must be one of {list(registered['forecasts'])}")
        if told["sha256"] != file_hash(file):
            raise ValueError(f"{file} is not the file whose forecast was registered (SHA-256 {told['sha256'][:16]}...)")
        contract = contracts.read(file)
        sessions = [suite.test_session(data, run.subject, f"noise-{noise}") for noise in suite.BREAKDOWN_NOISES]
        found = breakdown.windows(file, [stream(s, contract, (s.start_nanos, s.end_nanos)) for s in sessions])
        tell(len(rows) + 1, len(files), run.name)
        noises = [float(n) for n in suite.BREAKDOWN_NOISES]
        value, interval = breakdown.measured(noises, [w.hit for w in found])
        own = Forecast(told["margin"], told["coefficients"], tuple(told["events"]), told["critical_margin"])
        rows.append(
            {
                "run": run.name,
                "forecast": told["breakdown_noise"],
                "forecast_low": told["band"][0],
                "forecast_high": told["band"][1],
                "measured": round(min(value, noises[-1]), 2),
                "measured_low": round(interval[0], 2),
                "measured_high": round(min(interval[1], noises[-1]), 2),
                "ratio": round(told["breakdown_noise"] / value, 3) if 0 < value < float("inf") else None,
                "critical_margin": told["critical_margin"],
                "noise": noises,
                "hit": [round(float(w.hit.mean()), 4) for w in found],
                "margin": [round(float(w.margin.mean()), 3) for w in found],
                "margin_forecast": [round(float(v), 3) for v in own.at(np.array(noises))],
            }
        )
    return rows


def table(rows: list[dict]) -> str:
    """Markdown: one line a run, and the ratio's mean."""
    lines = [
        "| run | forecast (95 % band) | measured (95 % interval) | forecast / measured |",
        "| --- | --- | --- | --- |",
    ]
    for r in rows:
        told = f"{r['forecast']:.1f} ({r['forecast_low']:.1f} to {r['forecast_high']:.1f})"
        found = f"{r['measured']:.1f} ({r['measured_low']:.1f} to {r['measured_high']:.1f})"
        ratio = "no breakdown between these noises" if r["ratio"] is None else f"{r['ratio']:.2f}"
        lines.append(f"| {r['run']} | {told} | {found} | {ratio} |")
    ratios = [r["ratio"] for r in rows if r["ratio"] is not None]
    if ratios:
        lines.append(f"| mean | | | {np.mean(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) |")
    return "\n".join(lines) + "\n"


def write(folder: Path, rows: list[dict]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "breakdown.json").write_text(json.dumps(rows, indent=1) + "\n")
    (folder / "breakdown.md").write_text(table(rows))
    curve = ("noise", "hit", "margin", "margin_forecast")
    points = [{"run": r["run"]} | {k: r[k][i] for k in curve} for r in rows for i in range(len(r["noise"]))]
    write_csv(folder / "breakdown.csv", points)
    plot(rows, folder / "breakdown.png")


def plot(rows: list[dict], path: Path) -> None:
    """Margin forecast and measured, and the share of windows that find the lag with the registered band."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), dpi=90)
    noise = np.array(rows[0]["noise"])
    margin, hit = (np.array([r[k] for r in rows]) for k in ("margin", "hit"))
    told = np.array([r["margin_forecast"] for r in rows])
    for values, colour, word in ((told, "#D55E00", "forecast from noise up to 1"), (margin, "#0072B2", "measured")):
        axes[0].plot(noise, values.mean(0), "o-" if word == "measured" else "--", color=colour, label=word, ms=4)
        axes[0].fill_between(noise, values.min(0), values.max(0), color=colour, alpha=0.2, lw=0)
    axes[0].axhline(rows[0]["critical_margin"], color="black", lw=0.8, ls=":", label="expected maximum of 48 others")
    axes[0].set_ylabel("margin of the true lag (sd of the others)")
    axes[1].plot(noise, hit.mean(0), "o-", color="#0072B2", ms=4, label="measured")
    axes[1].fill_between(noise, hit.min(0), hit.max(0), color="#0072B2", alpha=0.2, lw=0, label="over subjects")
    low, high = min(r["forecast_low"] for r in rows), max(r["forecast_high"] for r in rows)
    axes[1].axvspan(low, high, color="#D55E00", alpha=0.2, lw=0, label="registered band of the breakdown")
    axes[1].axvline(float(np.mean([r["forecast"] for r in rows])), color="#D55E00", ls="--", lw=1)
    axes[1].axhline(0.5, color="black", lw=0.8, ls=":")
    axes[1].set_ylabel("windows of 1 s that find the lag")
    axes[1].set_ylim(0, 1)
    for axis in axes:
        axis.axvspan(0, 1, color="grey", alpha=0.15, lw=0)
        axis.set_xlabel("noise (times each channel's sd; times each unit's rate)", fontsize=8)
        axis.set_xlim(0, float(noise.max()))
        axis.legend(fontsize=7)
        axis.grid(alpha=0.3)
    figure.suptitle(
        f"Breakdown of the alignment, {len(rows)} simulated subjects; calibrated in the grey part", fontsize=10
    )
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)
