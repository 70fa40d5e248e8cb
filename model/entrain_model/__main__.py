"""Command line: train, evaluate, forecast, study, re-export, golden, show."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path

import torch

from entrain_model import commands, golden, re_export, study, suites
from entrain_model import contract as contracts
from entrain_model.console import UsageError
from entrain_model.contract import ContractError
from entrain_model.recipe import MODELS, RECORDING, SIMULATED
from entrain_model.recording import RecordingError
from entrain_model.suite import CONDITIONS, QUICK, RUNS

TRAIN_EXAMPLES = """examples:
  ./entrain simulate --sessions 1 --seconds 1400 --out build/sessions                 # to train on: no lag, no noise
  ./entrain simulate --sessions 201 --seconds 245 --lag-sd-millis 60 --out build/sessions           # to report on
  ./entrain train --simulated build/sessions/subject-1-session-1 --test build/sessions/subject-1-session-201 \\
      --model lag-posterior --out build/trained
  ./entrain train --recording workbench/recordings/m1-reaching.yaml --data build/data --model ridge --out build/trained
  ./entrain train --simulated build/sessions/subject-1-session-1 --quick --out build/trained        # seconds: a trial
  ./entrain train --suite --out build/suite                     # every model for every subject of the suite: hours
  ./entrain train --dominance --out build/dominance             # modality dominance, cases and cures: 20 minutes
A training that was stopped goes on where it was when the same command is run again.
"""
FORECAST_EXAMPLES = """examples:
  ./entrain forecast --suite build/suite --out build/forecast.json                          # before the noisy runs
  ./entrain evaluate --suite build/suite --forecast build/forecast.json --out build/breakdown       # and after
"""
EVALUATE_EXAMPLES = """examples:
  ./entrain evaluate model/trained/lag-posterior.onnx model/trained/early-fusion.onnx \\
      --simulated build/sessions/subject-1-session-201
  ./entrain evaluate --suite build/suite --out build/evaluation           # what train --suite left: all the tables
  ./entrain evaluate --suite build/suite --out build/evaluation --quick   # one row of them
  ./entrain evaluate build/trained/lag-posterior.onnx --alarm build/trained/lagging-only.onnx \\
      build/trained/reference-only.onnx --simulated build/sessions/subject-1-session-201     # is a modality starved?
"""


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
        print(f"{parser.prog}: stopped; the same command goes on from the last saved step", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="entrain_model", description="Train, export and score models for Entrain.")
    commands_of = parser.add_subparsers(required=True, metavar="COMMAND")
    _train_parser(commands_of)
    _evaluate_parser(commands_of)
    _forecast_parser(commands_of)
    study.add_parser(commands_of)
    re_export.add_parser(commands_of)

    gold = commands_of.add_parser("golden", help="write golden inputs and outputs of exported models")
    gold.add_argument("files", type=Path, nargs="+", metavar="FILE", help=".onnx files with a contract")
    gold.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="one folder for each model goes here")
    gold.set_defaults(run=lambda o: [golden.write(f, o.out / contracts.read(f).name) for f in o.files])

    show = commands_of.add_parser("show", help="print the contract of an exported model")
    show.add_argument("file", type=Path, metavar="FILE")
    show.set_defaults(run=lambda o: print(contracts.read(o.file).to_json()))
    return parser


def _train_parser(commands_of: argparse._SubParsersAction) -> None:
    train = commands_of.add_parser(
        "train",
        help="train a model and export it with its card",
        description="Trains one model on sessions and writes NAME.onnx (and NAME-incremental.onnx, the same weights "
        "fed hop by hop), NAME.md (model card) and NAME.png to --out.",
        epilog=TRAIN_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    source = train.add_mutually_exclusive_group(required=True)
    _sources(source)
    source.add_argument("--suite", action="store_true", help="every model for every subject of the suite")
    source.add_argument(
        "--dominance", action="store_true", help="modality dominance: two redundant cases without and with each cure"
    )
    _data_options(train)
    train.add_argument("--model", choices=MODELS, default="lag-posterior", help="what to train (default: %(default)s)")
    train.add_argument(
        "--models", metavar="A,B", help=f"of the suite only: which models (default: {','.join(MODELS[:-1])})"
    )
    train.add_argument("--subjects", metavar="N,N", help="of the suite only: which subjects (default: all)")
    train.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the files go")
    train.add_argument("--name", help="name in the contract and of the files (default: the model's)")
    train.add_argument("--seed", type=int, default=1, help="seed of weights and windows (default: %(default)s)")
    train.add_argument(
        "--window-hops",
        type=int,
        metavar="N",
        help=f"length of the model's window (default: {SIMULATED.context_hops}, {RECORDING.context_hops})",
    )
    train.add_argument("--steps", type=int, help=f"training steps (default: {SIMULATED.steps}, {RECORDING.steps})")
    train.add_argument(
        "--quick", action="store_true", help="a trial in seconds: 12 steps of 8 windows, useless weights"
    )
    train.set_defaults(run=commands.train)


def _evaluate_parser(commands_of: argparse._SubParsersAction) -> None:
    score = commands_of.add_parser(
        "evaluate",
        help="score exported models on held-out time, side by side",
        description="Trains nothing. Runs files hop after hop over the stretch to report on and prints figures, the "
        "first file's lead over the others with paired 95 %% intervals; or, with --suite, all the tables.",
        epilog=EVALUATE_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    score.add_argument("files", type=Path, nargs="*", metavar="FILE", help=".onnx files with a contract")
    source = score.add_mutually_exclusive_group(required=True)
    _sources(source)
    source.add_argument("--suite", type=Path, metavar="FOLDER", help="where train --suite left its models")
    _data_options(score)
    score.add_argument("--stretch", choices=("report", "choose"), default="report", help="which part of the split")
    score.add_argument(
        "--alarm",
        type=Path,
        nargs=2,
        metavar="EXPERT",
        help="also take each stream away in turn and hold what is left against the expert of one stream alone",
    )
    score.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    score.add_argument("--out", type=Path, metavar="FOLDER", help="of the suite only: where CSV, JSON and plots go")
    score.add_argument("--conditions", metavar="A,B", help=f"of the suite only: some of {', '.join(CONDITIONS)}")
    score.add_argument("--subjects", metavar="N,N", help=f"of the suite only: some of {[r.subject for r in RUNS]}")
    score.add_argument("--quick", action="store_true", help=f"of the suite only: {', '.join(QUICK)}, one subject")
    score.add_argument(
        "--forecast", type=Path, metavar="FILE", help="of the suite only: measure breakdown against this register"
    )
    score.set_defaults(run=commands.score)


def _forecast_parser(commands_of: argparse._SubParsersAction) -> None:
    told = commands_of.add_parser(
        "forecast",
        help="register the noise at which the suite's models will lose the lag",
        description="Reads the margin of the true lag on validation time at noise up to 1 and writes, once, the noise "
        "at which half of the 1 s windows will miss it, with a 95 %% band. Nothing louder is looked at.",
        epilog=FORECAST_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    told.add_argument("--suite", type=Path, required=True, metavar="FOLDER", help="where train --suite left its models")
    told.add_argument("--out", type=Path, required=True, metavar="FILE", help="the register; must not exist")
    told.add_argument("--subjects", metavar="N,N", help=f"some of {[r.subject for r in RUNS]} (default: all there are)")
    told.add_argument("--quick", action="store_true", help="one subject")
    told.set_defaults(run=suites.forecast)


def _sources(source: argparse._MutuallyExclusiveGroup) -> None:
    source.add_argument("--simulated", type=Path, nargs="+", metavar="FOLDER", help="folders that the simulator wrote")
    source.add_argument("--recording", type=Path, metavar="YAML", help="a recording described by a YAML file")


def _data_options(parser: argparse.ArgumentParser) -> None:
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


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
