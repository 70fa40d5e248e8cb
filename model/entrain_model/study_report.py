"""Tables and plots of the studies of real recordings: Markdown, CSV, JSON and PNG.

Runs (splits and seeds, or patients) are drawn with replacement, and blocks of 5 s within each; a difference, and the
share of a gain, draw the same for every model in it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from entrain_model import bidmc_study, evaluate, judge, splits, study_plots, verdicts
from entrain_model.judge import Verdict
from entrain_model.table import write_csv

OURS = "lag-posterior"
MIX = "mix"
OUTPUTS = {"decoded": "newest step", "smoothed": "delayed"}
FIGURES = ("coverage_90", "lag_rmse_millis", "lag_within_50_millis")
PATIENT = "bidmc-"
LEAST_GAIN = 0.02
"""A share of a gain is told where the gain itself is surely above this."""
COLD = ("cold_within_50_millis_2_s", "cold_within_50_millis_4_s")

Row = dict[str, object]


def m1(found: list[Verdict]) -> list[Row]:
    """A row for each kind of split, condition and model; the share kept of what the true lag adds to the reference."""

    def setting(run: str) -> str:
        name = run.split("-seed-", maxsplit=1)[0]
        return next(s.kind for s in splits.SPLITS if s.name == name)

    return rows(with_mix(found, splits.MIX), setting, alone="reference-only", told="two-stage, true lag")


def bidmc(found: list[Verdict]) -> list[Row]:
    """A row for each condition and model over all patients, then for each patient under the mix."""
    mixed = with_mix(found, bidmc_study.MIX)
    told = f"{OURS}, true lag"
    each = [v for v in mixed if v.condition == MIX]
    whole = rows(mixed, lambda run: "all patients", alone="ppg-only", told=told)
    return whole + rows(each, lambda run: run, alone="ppg-only", told=told)


def with_mix(found: list[Verdict], conditions: tuple[str, ...]) -> list[Verdict]:
    """The verdicts, and for each run and model one over all of `conditions`."""
    groups: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for v in found:
        if v.condition in conditions:
            groups[v.run, v.model].append(v)
    return found + [verdicts.merged(g, MIX) for g in groups.values() if len(g) == len(conditions)]


def rows(found: list[Verdict], setting_of: Callable[[str], str], *, alone: str, told: str) -> list[Row]:
    groups: dict[tuple[str, str], dict[str, dict[str, Verdict]]] = defaultdict(lambda: defaultdict(dict))
    for v in found:
        groups[setting_of(v.run), v.condition][v.model][v.run] = v
    table = []
    for (setting, condition), models in groups.items():
        for model, of in models.items():
            row: Row = {"setting": setting, "condition": condition, "model": model, "runs": len(of)}
            for output in OUTPUTS:
                row |= _r2(of, output) | _compared(models, model, output, alone, told)
            for name in (*FIGURES, *(f"smoothed_{n}" for n in FIGURES[:1]), *COLD):
                values = [v.figures[name] for v in of.values() if name in v.figures]
                if values:
                    row[name] = float(np.mean(values))
            table.append({k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()})
    return table


def _r2(of: dict[str, Verdict], output: str) -> Row:
    point, drawn = judge.pooled(list(of.values()), output)
    low, high = judge.interval(drawn)
    return {f"{output}_r2": point, f"{output}_r2_low": low, f"{output}_r2_high": high}


def _compared(models: dict[str, dict[str, Verdict]], model: str, output: str, alone: str, told: str) -> Row:
    """The lead of our model over this one, in how many runs this one is ahead of one stream alone, and the share of the
    gain that it keeps; each over the runs that have all that is compared."""
    row: Row = {}
    ours, own = models.get(OURS, {}), models[model]
    both = [run for run in own if run in ours]
    if model != OURS and both:
        (mine, mine_drawn), (other, other_drawn) = (_of(m, both, output) for m in (ours, own))
        row |= _interval(f"{output}_lead", mine - other, mine_drawn - other_drawn)
    if alone not in models or model == alone:
        return row
    common = [run for run in own if run in models[alone]]
    if not common:
        return row
    (mine, mine_drawn), (base, base_drawn) = (_of(m, common, output) for m in (own, models[alone]))
    row |= _interval(f"{output}_over_alone", mine - base, mine_drawn - base_drawn)
    ahead = [_point(own[r], output) > _point(models[alone][r], output) for r in common]
    row |= {f"{output}_ahead_of_alone": f"{sum(ahead)} of {len(ahead)}"}
    every = [run for run in common if run in models.get(told, {})]
    if every:
        (mine, mine_drawn), (base, base_drawn), (top, top_drawn) = (
            _of(m, every, output) for m in (own, models[alone], models[told])
        )
        gain = top_drawn - base_drawn
        if np.quantile(gain, 0.025) > LEAST_GAIN:
            share = (mine_drawn - base_drawn) / np.maximum(gain, 1e-3)
            row |= _interval(f"{output}_kept", (mine - base) / (top - base), share)
    return row


def _point(v: Verdict, output: str) -> float:
    return float(evaluate.r2_of(v.sums[output].sum(0)))


def _of(verdicts_by_run: dict[str, Verdict], runs: list[str], output: str) -> tuple[float, np.ndarray]:
    return judge.pooled([verdicts_by_run[r] for r in runs], output)


def _interval(name: str, point: float, drawn: np.ndarray) -> Row:
    low, high = judge.interval(drawn)
    return {name: float(point), f"{name}_low": low, f"{name}_high": high}


def write(folder: Path, recording: str, table: list[Row]) -> None:
    """Writes scores.csv, scores.json, tables.md and the plots to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / "scores.csv", table)
    (folder / "scores.json").write_text(json.dumps({"rows": table}, indent=1, allow_nan=False) + "\n")
    (folder / "tables.md").write_text(markdown(table))
    if recording == "m1":
        study_plots.m1(table, folder / "r2.png")
    else:
        study_plots.bidmc(table, folder / "patients.png")


def markdown(table: list[Row]) -> str:
    """One table for each setting and condition, best first; of patients one table with a line for each."""
    each = [r for r in table if str(r["setting"]).startswith(PATIENT)]
    lines: list[str] = []
    for setting, condition in dict.fromkeys((r["setting"], r["condition"]) for r in table if r not in each):
        some = [r for r in table if (r["setting"], r["condition"]) == (setting, condition)]
        some.sort(key=lambda r: -r["decoded_r2"])
        lines += [f"### {setting}, {condition} ({max(r['runs'] for r in some)} runs)", ""]
        head = ["model", "runs", *(h for o in OUTPUTS.values() for h in (f"R², {o}", "lead", "gain kept"))]
        lines.append("| " + " | ".join([*head, "covers", "lag within 50 ms"]) + " |")
        lines.append("| --- |" + " --- |" * 9)
        for r in some:
            cells = [str(r["model"]), str(r["runs"])]
            for output in OUTPUTS:
                cells += [_cell(r, f"{output}_{what}") for what in ("r2", "lead", "kept")]
            cells += [_number(r, "coverage_90"), _number(r, "lag_within_50_millis")]
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines + (_patients(each) if each else []))


def _patients(table: list[Row]) -> list[str]:
    """R2 of each patient at the newest step, and the share of time in which our lag is within 50 ms."""
    found = {(r["setting"], r["model"]): r for r in table}
    models = list(dict.fromkeys(r["model"] for r in table))
    lines = ["### each patient, mix: R², newest step", "", f"| patient | {' | '.join(models)} | lag within 50 ms |"]
    lines.append("| --- |" + " --- |" * (len(models) + 1))
    for patient in dict.fromkeys(r["setting"] for r in table):
        cells = [_number(found[patient, m], "decoded_r2") if (patient, m) in found else "" for m in models]
        own = found.get((patient, OURS), {})
        lines.append(f"| {patient} | {' | '.join(cells)} | {_number(own, 'lag_within_50_millis')} |")
    return [*lines, ""]


def _number(row: Row, name: str) -> str:
    return f"{row[name]:.3f}" if name in row else ""


def _cell(row: Row, name: str) -> str:
    return f"{row[name]:.3f} ({row[f'{name}_low']:.3f} to {row[f'{name}_high']:.3f})" if name in row else ""
