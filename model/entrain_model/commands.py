"""What the command line runs."""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import shlex
import sys

from entrain_model import alarm, card, evaluate, recording, suites
from entrain_model import contract as contracts
from entrain_model.console import Progress, UsageError, quickest, shortened
from entrain_model.evaluate import Decoded
from entrain_model.produce import RECORDING_LIMITS, SIMULATED_LIMITS, Origin, produce
from entrain_model.recipe import RECORDING, SIMULATED, Recipe, Task
from entrain_model.recording import Events, Session
from entrain_model.windows import Stream, stream, wandering_lag


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
        suites.train(options)
        return
    if options.dominance:
        suites.train_dominance(options)
        return
    task, recipe = task_of(options)
    recipe = _windowed(shortened(recipe, options), options)
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
        decoded = evaluate.decode(quickest(path), streams)
        figures.append((_scored_words(session, streams, recipe), evaluate.scores(decoded)))
    card.plot(path, decoded)
    command = "./entrain " + " ".join(shlex.quote(a) for a in sys.argv[1:]) if sys.argv[1:] else "./entrain train"
    card.write(path, model=options.model, command=command, figures=figures)
    for what, s in figures:
        lag = f", lag rmse {s['lag_rmse_millis']:.1f} ms" if "lag_rmse_millis" in s else ""
        print(f"{what}: R2 {s['r2']:.3f} ({s['r2_low']:.3f} to {s['r2_high']:.3f}){lag}")
    print(f"wrote {path}, {path.with_suffix('.md')}, {path.with_suffix('.png')}")


def _windowed(recipe: Recipe, options: argparse.Namespace) -> Recipe:
    """The recipe with the window that was asked for."""
    if options.window_hops is None:
        return recipe
    fewest = 1 + math.ceil((2 * recipe.grid_reach + 1 + recipe.delay_tokens) / recipe.bins_per_hop)
    if options.window_hops < fewest:
        raise UsageError(
            f"--window-hops is {options.window_hops}, must be at least {fewest}: both ends of the lag grid and the "
            "delayed output lie inside the window"
        )
    return recipe.with_window(options.window_hops)


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
        suites.score(options)
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
