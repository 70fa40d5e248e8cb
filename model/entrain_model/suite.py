"""The suite: what is trained and which simulated sessions it is scored on, so that a table is one command.

A simulated subject is one recording array: a decoder is trained for it, as for a person. Subject 1 is where the recipe
was developed; the suite's subjects were never looked at before. Each has a training session (its last 10 % for choosing
and calibrating) and, for each condition, a session of its own, sent through the same simulator as the demo's.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from entrain_model import recording
from entrain_model.recipe import Task
from entrain_model.recording import RecordingError, Session

ROOT = Path(__file__).parents[2]
TRAIN_SECONDS = 1400
TEST_SECONDS = 245
WANDER = "--lag-sd-millis 60 --lag-tau-seconds 20 --lag-range-millis 150 --jitter-millis 8"


@dataclass(frozen=True)
class Run:
    """One training of every model: a subject never developed on, and a seed of its own for weights and windows."""

    subject: int
    seed: int

    @property
    def name(self) -> str:
        return f"subject-{self.subject}-seed-{self.seed}"


RUNS = tuple(Run(10 + i, i) for i in range(1, 6))

CONDITIONS = {
    "noise-0": f"{WANDER} --noise 0",
    "noise-1": f"{WANDER} --noise 1",
    "noise-2": f"{WANDER} --noise 2",
    "noise-4": f"{WANDER} --noise 4",
    "jump-0": "--lag-jump-seconds 8 --jitter-millis 8 --noise 0",
    "jump-1": "--lag-jump-seconds 8 --jitter-millis 8 --noise 1",
    "jump-2": "--lag-jump-seconds 8 --jitter-millis 8 --noise 2",
    "jitter-80": "--lag-sd-millis 60 --lag-tau-seconds 20 --lag-range-millis 150 --jitter-millis 80",
    "lag-0": "--lag-millis 0 --jitter-millis 8",
    "lag-early": "--lag-millis -150 --jitter-millis 8",
    "lag-late": "--lag-millis 150 --jitter-millis 8",
    "gaps": f"{WANDER} --gaps-per-minute 30",
    "no-spikes": f"{WANDER} --missing spikes",
    "no-lfp": f"{WANDER} --missing lfp",
}
"""Options of `./entrain simulate`. Wandering is Ornstein-Uhlenbeck, sd 60 ms, 20 s; jitter is each packet's own."""
QUICK = ("noise-1",)
BREAKDOWN_NOISES = (0, 1, 2, 4, 6, 8, 10, 12, 16)
"""Of the sessions that breakdown is measured on: the louder ones are no condition of the tables."""
LOUD = {f"noise-{n}": f"{WANDER} --noise {n}" for n in BREAKDOWN_NOISES if n > 4}


def training_session(folder: Path, subject: int) -> Session:
    """The subject's aligned, clean session, simulated where it is not there yet."""
    return _session(folder / "train", subject, 1, TRAIN_SECONDS, "")


def clean_session(folder: Path, subject: int, seconds: int) -> Session:
    """An aligned, clean session of any subject and length, simulated where it is not there yet."""
    return _session(folder, subject, 1, seconds, "")


def test_session(folder: Path, subject: int, condition: str, seconds: int = TEST_SECONDS) -> Session:
    """The subject's session under a condition; each condition has movements of its own."""
    known = CONDITIONS | LOUD
    return _session(folder / condition, subject, 201 + list(known).index(condition), seconds, known[condition])


def _session(folder: Path, subject: int, number: int, seconds: int, options: str) -> Session:
    path = folder / f"subject-{subject}-session-{number}"
    if not (path / "recording.yaml").is_file():
        command = [str(ROOT / "entrain"), "simulate", "--subjects", str(subject), "--sessions", str(number)]
        command += ["--seconds", str(seconds), *options.split(), "--out", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RecordingError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return recording.read(path)


def task(folder: Path, run: Run) -> Task:
    session = training_session(folder, run.subject)
    return Task(*([(session, span)] for span in session.parts(0.0, 0.9, 1.0)))
