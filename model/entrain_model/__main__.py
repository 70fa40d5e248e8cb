"""Command line: train, evaluate, golden, show."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime
import json
import shlex
import sys
import time
from pathlib import Path

import torch

from entrain_model import __version__, card, evaluate, golden, recording
from entrain_model import contract as contracts
from entrain_model import export as exports
from entrain_model import train as training
from entrain_model.contract import ContractError
from entrain_model.recording import Events, RecordingError, Session
from entrain_model.train import MODELS, RECORDING, SIMULATED, Recipe, Task

EXAMPLES = """examples:
  ./entrain simulate --sessions 1 --seconds 1400 --out build/sessions                 # to train on: no lag, no noise
  ./entrain simulate --sessions 201 --seconds 245 --lag-sd-millis 60 --out build/sessions           # to report on
  ./entrain train --simulated build/sessions/subject-1-session-1 --test build/sessions/subject-1-session-201 \\
      --model lag-posterior --out build/trained
  ./entrain train --recording workbench/recordings/m1-reaching.yaml --data build/data --model ridge --out build/trained
  ./entrain train --simulated build/sessions/subject-1-session-1 --quick --out build/trained        # seconds: a trial
"""
RECORDING_LIMITS = (
    "One recording of one animal: nothing here is shown to carry over to another session or array.",
    "The lag was injected by us, on data whose own alignment counts as zero; a latency of physiology is part of it.",
    "Where the second stream is stamped late, its newest part has not arrived, and the newest step is worse for it.",
)
SIMULATED_LIMITS = (
    "Trained on the simulated world, one subject; the world was written by the side that wrote the architecture.",
    "Lags beyond 150 ms, noise beyond 4 times the signal's sd and other subjects were not in the training data.",
    "Lag is known only relative to the alignment of the training data.",
)


class UsageError(ValueError):
    """Options that do not fit together."""


class Progress:
    """One line on standard error, redrawn: how far, what, and the time left; plain lines where that is no terminal."""

    def __init__(self) -> None:
        self.start = self.drawn = time.monotonic()

    def __call__(self, done: int, steps: int, words: str) -> None:
        now = time.monotonic()
        live = sys.stderr.isatty()
        if done < steps and now - self.drawn < (0.5 if live else 15.0):
            return
        self.drawn = now
        left = (now - self.start) / done * (steps - done)
        bar = "#" * (24 * done // steps)
        line = f"[{bar:<24}] {done}/{steps}  {int(left // 60)}:{int(left % 60):02d} left  {words}"
        end = "\n" if done == steps or not live else ""
        print(("\r" if live else "") + line + ("\033[K" if live else ""), end=end, file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    try:
        options.run(options)
    except (UsageError, RecordingError, ContractError, ValueError, OSError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{parser.prog}: stopped; nothing was written", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="entrain_model", description="Train, export and score models for Entrain.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    train = commands.add_parser(
        "train",
        help="train a model and export it with its card",
        description="Trains one model on sessions and writes NAME.onnx, NAME.md (model card) and NAME.png to --out.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _data_options(train)
    train.add_argument("--model", choices=MODELS, default="lag-posterior", help="what to train (default: %(default)s)")
    train.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the files go")
    train.add_argument("--name", help="name in the contract and of the files (default: the model's)")
    train.add_argument("--seed", type=int, default=1, help="seed of weights and windows (default: %(default)s)")
    train.add_argument("--steps", type=int, help=f"training steps (default: {SIMULATED.steps}, {RECORDING.steps})")
    train.add_argument(
        "--quick", action="store_true", help="a trial in seconds: 12 steps of 8 windows, useless weights"
    )
    train.set_defaults(run=_train)

    score = commands.add_parser(
        "evaluate",
        help="score exported models on held-out time, side by side",
        description="Runs files hop after hop over the stretch to report on and prints figures, the first file's lead "
        "over the others with paired 95 %% intervals.",
        epilog="example:\n  python -m entrain_model evaluate trained/lag-posterior.onnx trained/early-fusion.onnx "
        "--simulated build/sessions/test",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    score.add_argument("files", type=Path, nargs="+", metavar="FILE", help=".onnx files with a contract")
    _data_options(score)
    score.add_argument("--stretch", choices=("report", "choose"), default="report", help="which part of the split")
    score.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    score.set_defaults(run=_evaluate)

    gold = commands.add_parser("golden", help="write golden inputs and outputs of exported models")
    gold.add_argument("files", type=Path, nargs="+", metavar="FILE", help=".onnx files with a contract")
    gold.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="one folder for each model goes here")
    gold.set_defaults(run=lambda o: [golden.write(f, o.out / contracts.read(f).name) for f in o.files])

    show = commands.add_parser("show", help="print the contract of an exported model")
    show.add_argument("file", type=Path, metavar="FILE")
    show.set_defaults(run=lambda o: print(contracts.read(o.file).to_json()))
    return parser


def _data_options(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--simulated", type=Path, nargs="+", metavar="FOLDER", help="folders that the simulator wrote")
    source.add_argument("--recording", type=Path, metavar="YAML", help="a recording described by a YAML file")
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="where the recording's files lie (default: beside it)"
    )
    parser.add_argument(
        "--test", type=Path, nargs="+", metavar="FOLDER", help="further folders to report on (default: the last 20 %%)"
    )
    parser.add_argument(
        "--lag-of", metavar="MODALITY", help="the stream that lags (default: the YAML's lag.of, or the first)"
    )
    parser.add_argument(
        "--paths", type=int, default=16, help="wandering lags to report on where none is recorded (%(default)s)"
    )


def _task(options: argparse.Namespace) -> tuple[Task, Recipe]:
    recipe = SIMULATED if options.simulated else RECORDING
    folders = options.simulated or [options.recording]
    sessions = [recording.read(f, options.data) for f in folders]
    for session in sessions:
        if session.labels is None:
            raise UsageError(f"{session.name}: no labels in its recording.yaml, needed to train and to score")
        if len(session.streams) != 2:
            raise UsageError(f"{session.name}: {len(session.streams)} streams {sorted(session.streams)}, must be 2")
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
    def at(s: Session, share: float) -> int:
        return s.start_nanos + round(share * (s.end_nanos - s.start_nanos))

    return [(s, (at(s, start), at(s, end))) for s in sessions]


def _train(options: argparse.Namespace) -> None:
    task, recipe = _task(options)
    if options.steps is not None:
        if options.steps < 1:
            raise UsageError(f"--steps is {options.steps}, must be at least 1")
        recipe = dataclasses.replace(recipe, steps=options.steps)
    if options.quick:
        recipe = dataclasses.replace(recipe, steps=12, batch=8, cuts=2)
    name = options.name or options.model
    path = options.out / f"{name}.onnx"
    contract = training.contract_for(task, recipe, options.model, name)
    network = training.train(task, recipe, contract, options.model, options.seed, Progress())
    recorded = options.recording is not None
    provenance = {
        "data": "; ".join(dict.fromkeys(s.source for s, _ in task.train)),
        "split": _split_words(options),
        "seed": options.seed,
        "code_version": __version__,
        "created": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "training_steps": recipe.steps if options.model != "ridge" else 0,
        "parameters": sum(p.numel() for p in network.parameters()) or sum(b.numel() for b in network.buffers()),
        "metrics": {"validation_window_r2": round(network.validation_r2, 4)},
        "limits": list(RECORDING_LIMITS if recorded else SIMULATED_LIMITS),
    }
    if hasattr(network, "temperature"):
        provenance["temperature"] = round(float(network.temperature), 4)
        newest, oldest = float(network.recency[-1]), float(network.recency[0])
        provenance["recency_newest_over_oldest"] = round(newest / oldest, 2)
        provenance["metrics"]["validation_lag_rmse_millis"] = round(network.track_rmse_millis, 2)
    contract = dataclasses.replace(contract, provenance=provenance)
    digest = exports.export(network, contract, path)
    groups = training.report_streams(task, recipe, contract, options.paths if not options.quick else 1)
    figures = []
    for (session, _), streams in zip(task.report, groups, strict=True):
        decoded = evaluate.decode(path, streams)
        figures.append((_scored_words(session, streams, recipe), evaluate.scores(decoded)))
    card.plot(path, decoded)
    command = "./entrain " + " ".join(shlex.quote(a) for a in sys.argv[1:]) if sys.argv[1:] else "./entrain train"
    card.write(path, contract=contract, model=options.model, command=command, file_hash=digest, figures=figures)
    for what, s in figures:
        lag = f", lag rmse {s['lag_rmse_millis']:.1f} ms" if "lag_rmse_millis" in s else ""
        print(f"{what}: R2 {s['r2']:.3f} ({s['r2_low']:.3f} to {s['r2_high']:.3f}){lag}")
    print(f"wrote {path}, {path.with_suffix('.md')}, {path.with_suffix('.png')}")


def _split_words(options: argparse.Namespace) -> str:
    if options.test:
        return "trained on the first 90 % of the time, chosen on the last 10 %, reported on other sessions"
    return "trained on the first 70 % of the time, chosen on the next 10 %, reported on the last 20 %"


def _scored_words(session: Session, streams: list, recipe: Recipe) -> str:
    if session.lag is not None and session.lag.millis.any():
        return f"{session.name}, its own wandering lag"
    limit, sd = recipe.augmentation.lag_millis, recipe.wander_sd_millis
    return (
        f"{session.name}, {len(streams)} wandering lags within {limit:g} ms "
        f"(Ornstein-Uhlenbeck, sd {sd:g} ms, {recipe.wander_seconds:g} s)"
    )


def _evaluate(options: argparse.Namespace) -> None:
    task, recipe = _task(options)
    if options.simulated and not options.test:
        task = dataclasses.replace(task, report=_split([s for s, _ in task.report], 0.0, 1.0))
    if options.stretch == "choose":
        task = dataclasses.replace(task, report=task.choose)
    tables = {}
    for session, span in task.report:
        one = dataclasses.replace(task, report=[(session, span)])
        decoded = []
        for file in options.files:
            streams = training.report_streams(one, recipe, contracts.read(file), options.paths)[0]
            decoded.append(evaluate.decode(file, streams))
        rows = evaluate.compare(decoded)
        tables[_scored_words(session, streams, recipe)] = rows
    for what, rows in tables.items():
        print(what)
        for row in rows:
            print("  " + "  ".join(f"{k} {v}" for k, v in row.items()))
    if options.json:
        options.json.write_text(json.dumps(tables, indent=1) + "\n")


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
