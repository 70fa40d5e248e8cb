"""What the command line runs."""

from __future__ import annotations

import argparse
import dataclasses
import json
import shlex
import sys
import time
from pathlib import Path

from entrain_model import (
    alarm,
    card,
    dominance,
    dominance_report,
    evaluate,
    forecasts,
    judge,
    recording,
    report,
    suite,
)
from entrain_model import contract as contracts
from entrain_model.evaluate import Decoded
from entrain_model.produce import RECORDING_LIMITS, SIMULATED_LIMITS, Origin, produce
from entrain_model.recipe import ALIGNED, MODELS, RECORDING, SIMULATED, Recipe, Task
from entrain_model.recording import Events, Session
from entrain_model.suite import CONDITIONS, QUICK, RUNS, Run
from entrain_model.windows import Stream, stream, wandering_lag


class UsageError(ValueError):
    """Options that do not fit together."""


class Progress:
    """One line on standard error, redrawn: how far, what, and the time left; plain lines where that is no terminal."""

    def __init__(self, title: str = "") -> None:
        self.title, self.first = title, 0
        self.start = self.drawn = time.monotonic()

    def __call__(self, done: int, steps: int, words: str) -> None:
        now = time.monotonic()
        live = sys.stderr.isatty()
        self.first = self.first or done
        if done < steps and now - self.drawn < (0.5 if live else 15.0):
            return
        self.drawn = now
        left = (now - self.start) / max(1, done - self.first + 1) * (steps - done)
        bar = "#" * (24 * done // steps)
        line = f"{self.title}[{bar:<24}] {done}/{steps}  {int(left // 60)}:{int(left % 60):02d} left  {words}"
        end = "\n" if done == steps or not live else ""
        print(("\r" if live else "") + line + ("\033[K" if live else ""), end=end, file=sys.stderr, flush=True)


def task_of(options: argparse.Namespace) -> tuple[Task, Recipe]:
    recipe = SIMULATED if options.simulated else RECORDING
    folders = options.simulated or [options.recording]
    sessions = [recording.read(f, options.data) for f in folders]
    for session in sessions:
        if session.labels is None:
            raise UsageError(f"{session.name}: no labels in its recording.yaml, needed to train and to score")
        if len(session.streams) != 2:
            raise UsageError(f"{session.name}: {len(session.streams)} streams {sorted(session.streams)}, must be 2")
        for name, data in session.streams.items():
            if isinstance(data, Events) and data.mark_names:
                raise UsageError(f"{name} has marks {list(data.mark_names)}, which no model here uses: leave them out")
    lag_of = options.lag_of or (sessions[0].lag.of if sessions[0].lag else None) or next(iter(sessions[0].streams))
    names = list(sessions[0].streams)
    if lag_of not in names:
        raise UsageError(f"--lag-of is {lag_of!r}, must be one of {names}")
    if not isinstance(sessions[0].streams[lag_of], Events):
        raise UsageError(f"{lag_of} holds samples; the lagging stream must hold events")
    if options.test:
        tests = [recording.read(f, options.data) for f in options.test]
        parts = _split(sessions, 0.0, 0.9), _split(sessions, 0.9, 1.0), _split(tests, 0.0, 1.0)
    else:
        parts = _split(sessions, 0.0, 0.7), _split(sessions, 0.7, 0.8), _split(sessions, 0.8, 1.0)
    return Task(*parts, lag_of=lag_of, reference=next(n for n in names if n != lag_of)), recipe


def _split(sessions: list[Session], start: float, end: float) -> list[tuple[Session, tuple[int, int]]]:
    return [(s, s.parts(start, end)[0]) for s in sessions]


def train(options: argparse.Namespace) -> None:
    if options.suite:
        _train_suite(options)
        return
    if options.dominance:
        _train_dominance(options)
        return
    task, recipe = task_of(options)
    recipe = _shortened(recipe, options)
    name = options.name or options.model
    recorded = options.recording is not None
    origin = Origin(
        data="; ".join(dict.fromkeys(s.source for s, _ in task.train)),
        split=_split_words(options),
        limits=RECORDING_LIMITS if recorded else SIMULATED_LIMITS,
    )
    path = produce(task, recipe, options.model, name, options.seed, options.out, origin, Progress())
    groups = report_streams(task, recipe, contracts.read(path), options.paths if not options.quick else 1)
    figures = []
    for (session, _), streams in zip(task.report, groups, strict=True):
        decoded = evaluate.decode(_quickest(path), streams)
        figures.append((_scored_words(session, streams, recipe), evaluate.scores(decoded)))
    card.plot(path, decoded)
    command = "./entrain " + " ".join(shlex.quote(a) for a in sys.argv[1:]) if sys.argv[1:] else "./entrain train"
    card.write(path, model=options.model, command=command, figures=figures)
    for what, s in figures:
        lag = f", lag rmse {s['lag_rmse_millis']:.1f} ms" if "lag_rmse_millis" in s else ""
        print(f"{what}: R2 {s['r2']:.3f} ({s['r2_low']:.3f} to {s['r2_high']:.3f}){lag}")
    print(f"wrote {path}, {path.with_suffix('.md')}, {path.with_suffix('.png')}")


def _quickest(path: Path) -> Path:
    """The incremental form beside a file, where there is one: the same results for a fraction of the work."""
    stepwise = path.with_name(f"{path.stem}-incremental.onnx")
    return stepwise if stepwise.is_file() else path


def _shortened(recipe: Recipe, options: argparse.Namespace) -> Recipe:
    if options.steps is not None:
        if options.steps < 1:
            raise UsageError(f"--steps is {options.steps}, must be at least 1")
        recipe = dataclasses.replace(recipe, steps=options.steps)
    if options.quick:
        recipe = dataclasses.replace(recipe, steps=12, batch=8, cuts=2, ridge_windows=200, track_paths=1)
    return recipe


def _train_suite(options: argparse.Namespace) -> None:
    recipe = _shortened(SIMULATED, options)
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


def _train_dominance(options: argparse.Namespace) -> None:
    plan = _shortened(dominance.PLAIN, options)
    runs = dominance.RUNS[:1] if options.quick else dominance.RUNS
    verdicts = dominance.run(options.out, plan, runs, Progress())
    gradients = dominance.gradients(options.out, runs)
    table = dominance_report.rows(verdicts, gradients)
    print(dominance_report.markdown(table))
    about = {"runs": [r.name for r in runs], "steps": plan.steps, "seconds": dominance.SECONDS}
    about |= {"split": dominance.SPLIT, "cases": {c: dataclasses.asdict(g) for c, g in dominance.CASES.items()}}
    about |= {"cures": {c: dataclasses.asdict(cure) for c, cure in dominance.CURES.items()}}
    dominance_report.write(options.out, table, gradients, about)
    print(f"wrote scores.csv, scores.json, gradients.csv, table.md, share.png and gradients.png to {options.out}")


def some(given: str | None, known: list, what: str) -> list:
    if given is None:
        return known
    chosen = given.split(",")
    for name in chosen:
        if name not in known:
            raise UsageError(f"{what} has {name!r}, must be some of {', '.join(known)}")
    return chosen


def _runs(subjects: str | None) -> list[Run]:
    chosen = some(subjects, [str(r.subject) for r in RUNS], "--subjects")
    return [r for r in RUNS if str(r.subject) in chosen]


def _split_words(options: argparse.Namespace) -> str:
    if options.test:
        return "trained on the first 90 % of the time, chosen on the last 10 %, reported on other sessions"
    return "trained on the first 70 % of the time, chosen on the next 10 %, reported on the last 20 %"


def report_streams(task: Task, recipe: Recipe, contract: contracts.Contract, paths: int) -> list[list[Stream]]:
    """For each report stretch its streams: as stamped if its own lag is not zero, else `paths` wandering lags."""
    groups = []
    for session, span in task.report:
        if session.lag is not None and session.lag.millis.any():
            groups.append([stream(session, contract, span)])
            continue
        streams, limit = [], recipe.augmentation.lag_millis
        for i in range(paths):
            seconds = (span[1] - span[0]) / 1e9
            lag = wandering_lag(recipe.wander_sd_millis, recipe.wander_seconds, limit, seconds, 1000 + i)
            streams.append(stream(session, contract, span, lag, task.lag_of))
        groups.append(streams)
    return groups


def _scored_words(session: Session, streams: list, recipe: Recipe) -> str:
    if session.lag is not None and session.lag.millis.any():
        return f"{session.name}, its own wandering lag"
    limit, sd = recipe.augmentation.lag_millis, recipe.wander_sd_millis
    return (
        f"{session.name}, {len(streams)} wandering lags within {limit:g} ms "
        f"(Ornstein-Uhlenbeck, sd {sd:g} ms, {recipe.wander_seconds:g} s)"
    )


def score(options: argparse.Namespace) -> None:
    if options.suite:
        _score_suite(options)
        return
    if not options.files:
        raise UsageError("no FILE to score; name .onnx files, or a folder with --suite")
    task, recipe = task_of(options)
    if options.simulated and not options.test:
        task = dataclasses.replace(task, report=_split([s for s, _ in task.report], 0.0, 1.0))
    if options.stretch == "choose":
        task = dataclasses.replace(task, report=task.choose)
    tables, alarms = {}, {}
    for session, span in task.report:
        one = dataclasses.replace(task, report=[(session, span)])
        decoded: list[Decoded] = []
        warm = max(contracts.read(file).warmup_hops for file in options.files)  # the same hops of every model
        for file in options.files:
            streams = report_streams(one, recipe, contracts.read(file), options.paths)[0]
            decoded.append(evaluate.decode(file, streams, start_hop=warm))
        tables[_scored_words(session, streams, recipe)] = evaluate.compare(decoded)
        for file in options.files if options.alarm else ():
            streams = report_streams(one, recipe, contracts.read(file), options.paths)[0]
            alarms[f"{session.name}, {file}"] = alarm.alarm(file, options.alarm, streams)
    for what, rows in tables.items():
        print(what)
        for row in rows:
            print("  " + "  ".join(f"{k} {v}" for k, v in row.items()))
    for what, found in alarms.items():
        print(f"alarm: {what}", *alarm.lines(found), sep="\n  ")
    if options.json:
        rows = {f"alarm: {what}": [dataclasses.asdict(r) for r in found] for what, found in alarms.items()}
        options.json.write_text(json.dumps(tables | rows, indent=1) + "\n")


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
    files = {run: _quickest(file) for run, file in files.items() if file.is_file()}
    if not files:
        raise UsageError(f"{options.suite}: no models; make them with ./entrain train --suite --out {options.suite}")
    return files


def _score_suite(options: argparse.Namespace) -> None:
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
                work += [(run, model, _quickest(file), oracle) for oracle in both]
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
            "files": {f"{r.name}/{f.name}": contracts.read(f).provenance for r, _, f, _ in work},
        }
        report.write(options.out, table, about)
        print(f"wrote scores.csv, scores.json, tables.md, noise.png and coverage.png to {options.out}")
