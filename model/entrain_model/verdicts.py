"""Verdicts on disk: one small file for each training, so that a study goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from entrain_model.judge import Verdict, as_row, from_row


def store(path: Path, sha256: str, verdicts: list[Verdict]) -> None:
    """Writes verdicts of one file, whose hash says which."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [as_row(v) for v in verdicts]
    path.write_text(json.dumps({"model_sha256": sha256, "verdicts": rows}, allow_nan=False) + "\n")


def load(path: Path, sha256: str | None = None) -> list[Verdict] | None:
    """The verdicts at `path`, or None where there are none or they are of another file than the one with `sha256`."""
    if not path.is_file():
        return None
    tree = json.loads(path.read_text())
    if sha256 is not None and tree["model_sha256"] != sha256:
        return None
    return [from_row(row) for row in tree["verdicts"]]


def merged(verdicts: list[Verdict], condition: str) -> Verdict:
    """One verdict over several conditions of the same model, run and stretch of time: sums of each block add up."""
    sums = {name: np.sum([v.sums[name] for v in verdicts], axis=0) for name in verdicts[0].sums}
    names = set.intersection(*(set(v.figures) for v in verdicts))
    figures = {name: float(np.mean([v.figures[name] for v in verdicts])) for name in sorted(names)}
    return Verdict(verdicts[0].model, verdicts[0].run, condition, figures, sums, np.zeros(0))
