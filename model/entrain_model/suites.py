"""The commands over many files: the suite's subjects, the forecast of breakdown, the dominance experiment."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

from entrain_model import contract as contracts
from entrain_model import dominance, dominance_report, forecasts, judge, report, suite
from entrain_model.console import Progress, UsageError, quickest, shortened, some
from entrain_model.produce import SIMULATED_LIMITS, Origin, produce
from entrain_model.recipe import ALIGNED, MODELS, SIMULATED
from entrain_model.suite import CONDITIONS, QUICK, RUNS, Run


def train(options: argparse.Namespace) -> None:
    recipe = shortened(SIMULATED, options)
    models = some(options.models, list(MODELS[:-1]), "--models")
    runs = _runs(options.subjects)
    for i, run in enumerate(runs):
        task, folder = None, options.out / run.name
        for model in models:
            if (folder / f"{model}.onnx").is_file():
                continue
            task = task or suite.task(options.out / "sessions", run)
            origin = Origin(
                data=task.train[0][0].source,
                split="trained on the first 90 % of the time, chosen on the last 10 %, reported on other sessions",
                limits=SIMULATED_LIMITS,
            )
            title = f"{run.name} ({i + 1}/{len(runs)}) {model} "
            produce(task, recipe, model, model, run.seed, folder, origin, Progress(title))


def train_dominance(options: argparse.Namespace) -> None:
    plan = shortened(dominance.PLAIN, options)
    runs = dominance.RUNS[:1] if options.quick else dominance.RUNS
    verdicts = dominance.run(options.out, plan, runs, Progress())
    dominance.write_recordings(options.out, runs)
    gradients = dominance.gradients(options.out, runs)
    table = dominance_report.rows(verdicts, gradients)
    print(dominance_report.markdown(table))
    about = {"runs": [r.name for r in runs], "steps": plan.steps, "seconds": dominance.SECONDS}
    about |= {"split": dominance.SPLIT, "cases": {c: dataclasses.asdict(g) for c, g in dominance.CASES.items()}}
    about |= {"cures": {c: dataclasses.asdict(cure) for c, cure in dominance.CURES.items()}}
    dominance_report.write(options.out, table, gradients, about)
    print(f"wrote scores.csv, scores.json, gradients.csv, table.md, share.png and gradients.png to {options.out}")


def _runs(subjects: str | None) -> list[Run]:
    chosen = some(subjects, [str(r.subject) for r in RUNS], "--subjects")
    return [r for r in RUNS if str(r.subject) in chosen]


def forecast(options: argparse.Namespace) -> None:
    told = forecasts.register(_aligned(options), options.suite / "sessions", options.out, Progress())
    for run, found in told.items():
        low, high = found["band"]
        print(f"{run}: breakdown at noise {found['breakdown_noise']:.1f} ({low:.1f} to {high:.1f})")
    print(f"registered in {options.out}")


def _hold(options: argparse.Namespace) -> None:
    """Measures the breakdown noise and holds it against the registered forecast."""
    registered = json.loads(options.forecast.read_text())
    rows = forecasts.measure(registered, _aligned(options), options.suite / "sessions", Progress())
    print(forecasts.table(rows))
    if options.out:
        forecasts.write(options.out, rows)
        print(f"wrote breakdown.csv, breakdown.json, breakdown.md and breakdown.png to {options.out}")


def _aligned(options: argparse.Namespace) -> dict[Run, Path]:
    """The model's file of each chosen run."""
    runs = _runs(options.subjects)[: 1 if options.quick else None]
    files = {run: options.suite / run.name / "lag-posterior.onnx" for run in runs}
    files = {run: quickest(file) for run, file in files.items() if file.is_file()}
    if not files:
        raise UsageError(f"{options.suite}: no models; make them with ./entrain train --suite --out {options.suite}")
    return files


def score(options: argparse.Namespace) -> None:
    if options.forecast:
        _hold(options)
        return
    conditions = some(options.conditions, list(CONDITIONS), "--conditions")
    runs = _runs(options.subjects)
    if options.quick:
        conditions, runs = list(QUICK), runs[:1]
    work = []
    for run in runs:
        for model in MODELS:
            file = options.suite / run.name / f"{model}.onnx"
            if file.is_file():
                both = (False, True) if model in ALIGNED else (False,)
                work += [(run, model, quickest(file), oracle) for oracle in both]
    if not work:
        raise UsageError(f"{options.suite}: no models; make them with ./entrain train --suite --out {options.suite}")
    verdicts, progress = [], Progress()
    for i, (run, model, file, oracle) in enumerate(work):
        name = f"{model}, true lag" if oracle else model
        cache, data = options.suite / "verdicts", options.suite / "sessions"
        verdicts += judge.cached(cache, file, name, run, conditions, data, oracle=oracle)
        progress(i + 1, len(work), f"{run.name} {name}")
    if options.out:
        judge.keep(options.out / "verdicts", verdicts)
        verdicts = [v for v in judge.kept(options.out / "verdicts") if v.condition in conditions]
    table = report.rows(verdicts, SIMULATED.hop_millis)
    print(report.tables(table))
    if options.out:
        about = {
            "runs": list(dict.fromkeys(v.run for v in verdicts)),
            "test_seconds": suite.TEST_SECONDS,
            "conditions": {c: CONDITIONS[c] for c in conditions},
            "files": _known(options.out) | {f"{r.name}/{f.name}": contracts.read(f).provenance for r, _, f, _ in work},
        }
        report.write(options.out, table, about)
        print(f"wrote scores.csv, scores.json, tables.md, noise.png and coverage.png to {options.out}")


def _known(out: Path) -> dict[str, object]:
    """Provenance of the files whose verdicts an earlier run left in `out`."""
    path = out / "scores.json"
    return json.loads(path.read_text())["files"] if path.is_file() else {}
