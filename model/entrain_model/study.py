"""The command `study`: real recordings, from their files to tables, in one command that goes on where it was."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from entrain_model import bidmc_study, m1_study, recording, study_report, verdicts
from entrain_model.console import Progress, UsageError, some
from entrain_model.judge import Verdict
from entrain_model.m1_study import Study
from entrain_model.recipe import RECORDING
from entrain_model.splits import SPLITS

M1 = Path(__file__).parents[2] / "workbench/recordings/m1-reaching.yaml"
EXAMPLES = """examples:
  ./entrain study bidmc --data build/bidmc/sessions --models build/bidmc --out build/bidmc/results
  ./entrain study bidmc --data build/bidmc/sessions --models build/bidmc --out build/bidmc/results --patients 01,02
  ./entrain study m1 --data FOLDER --models build/m1 --out build/m1/results --splits few-1,half-1 \\
      --kinds lag-posterior,two-stage,early-cnn,reference-only
  ./entrain study m1 --models build/m1 --out docs/results/m1 --tables-only          # from the verdicts that are there
A verdict under --out/verdicts is not made again, and a file under --models not trained again: remove them for that.
"""


def add_parser(commands_of: argparse._SubParsersAction) -> None:
    study = commands_of.add_parser(
        "study",
        help="real recordings: train what is missing, score, write tables and plots",
        description="m1: motor cortex, splits of its units into two populations. bidmc: heartbeats and a "
        "photoplethysmogram of intensive-care patients. docs/real-recordings.md says where the files are.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    study.add_argument("recording", choices=("m1", "bidmc"))
    study.add_argument("--data", type=Path, metavar="FOLDER", help="m1_reaching_50ms.csv.gz; or BIDMC session folders")
    study.add_argument("--models", type=Path, required=True, metavar="FOLDER", help="where model files go and are kept")
    study.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="verdicts, tables and plots go here")
    study.add_argument("--kinds", metavar="A,B", help=f"m1: some of {', '.join(m1_study.MODELS)}")
    study.add_argument("--splits", metavar="A,B", help=f"m1: some of {', '.join(s.name for s in SPLITS)}")
    study.add_argument("--seeds", default="1", metavar="N,N", help="m1: training seeds (%(default)s)")
    study.add_argument("--patients", metavar="NN,NN", help="bidmc: some of the folders, by the end of their name")
    study.add_argument("--no-training", action="store_true", help="m1: score what is trained already")
    study.add_argument("--tables-only", action="store_true", help="neither train nor score: tables of what is there")
    study.add_argument(
        "--quick", action="store_true", help="a trial: one split, 12 steps, useless weights; one patient"
    )
    study.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    if options.data is None and not options.tables_only:
        raise UsageError("--data is missing; docs/real-recordings.md says how to get the files")
    if options.tables_only:
        found = [v for f in sorted((options.out / "verdicts").glob("*.json")) for v in verdicts.load(f)]
    else:
        found = _m1(options) if options.recording == "m1" else _bidmc(options)
    if not found:
        raise UsageError(f"{options.out}: no verdicts there, nothing to write tables of")
    report = study_report.m1 if options.recording == "m1" else study_report.bidmc
    table = report(found)
    study_report.write(options.out, options.recording, table)
    print(study_report.markdown(table))
    print(f"wrote scores.csv, scores.json, tables.md and plots to {options.out}")


def _m1(options: argparse.Namespace) -> list[Verdict]:
    by_name = {s.name: s for s in SPLITS}
    chosen = some(options.splits, list(by_name), "--splits")
    models = some(options.kinds, list(m1_study.MODELS), "--kinds")
    seeds, recipe = [_whole(s) for s in options.seeds.split(",")], RECORDING
    if options.quick:
        chosen, seeds = chosen[:1], seeds[:1]
        recipe = dataclasses.replace(RECORDING, steps=12, batch=8, cuts=2, track_paths=1)
    study = Study(M1, options.data, options.models, options.out, recipe)
    work, found = [(by_name[s], seed, m) for s in chosen for seed in seeds for m in models], []
    for i, (split, seed, model) in enumerate(work):
        title = f"{split.name} seed {seed} {model} ({i + 1}/{len(work)}) "
        found += study.run(split, seed, model, Progress(title), train=not options.no_training) or []
    return found


def _whole(text: str) -> int:
    if not text.isdigit():
        raise UsageError(f"--seeds has {text!r}, must be whole numbers of at least 0")
    return int(text)


def _bidmc(options: argparse.Namespace) -> list[Verdict]:
    folders = sorted(f.parent for f in options.data.glob("*/recording.yaml"))
    if not folders:
        raise UsageError(f"{options.data}: no session folders; make them with workbench/recordings/bidmc.py")
    names = {f.name.rsplit("-", 1)[-1]: f for f in folders}
    chosen = some(options.patients, list(names), "--patients")[: 1 if options.quick else None]
    found, progress = [], Progress()
    for i, name in enumerate(chosen):
        found += bidmc_study.run(recording.read(names[name]), options.models, options.out)
        progress(i + 1, len(chosen), names[name].name)
    return found
