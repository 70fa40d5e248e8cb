"""Modality dominance as an experiment: two redundant cases, trained without and with each cure, against the experts.

Every training is scored through its exported file on later time that it was neither trained nor chosen on: with both
streams, and with each taken away. A run is a simulated subject with a seed of its own for weights, windows and the
redundant target. What has been trained and scored is not done again.
"""

from __future__ import annotations

import csv
import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from entrain_model import alarm, evaluate, judge, session_folder, suite
from entrain_model import contract as contracts
from entrain_model.bank import Augmentation
from entrain_model.judge import Verdict
from entrain_model.lag_posterior import Shape
from entrain_model.produce import Origin, produce
from entrain_model.recipe import SIMULATED, Recipe, Task
from entrain_model.recording import Session
from entrain_model.redundant import Gains, redundant
from entrain_model.suite import Run
from entrain_model.train import Progress
from entrain_model.windows import stream

SECONDS = 600
SPLIT = 0.65, 0.75
"""Trained until the first, chosen until the second, scored on the rest: 150 s."""
RUNS = tuple(Run(20 + i, i) for i in (1, 2, 3))
CASES = {"starved": Gains(spikes=0.3, lfp=1.0), "fragile": Gains(spikes=1.0, lfp=0.25)}
"""A weak stream beside a strong one; and two strong ones. Found with subject 21 and 200 steps."""
EXPERTS = {"spikes": "lagging-only", "lfp": "reference-only"}
FUSED = "early-cnn"
"""The lag is zero and known to be, so that nothing but dominance is at work."""
PLAIN = dataclasses.replace(
    SIMULATED,
    augmentation=Augmentation(
        lag_millis=0.0,
        slope_millis_per_second=0.0,
        walk_millis=0.0,
        jump_share=0.0,
        jitter_millis=(0.0,),
        noise=(0.0,),
        gap_share=0.0,
        missing_share=0.0,
        cold_share=0.0,
    ),
    shape=Shape(width=32, fused=40, products=12),
    track_noise=(0.0,),
    track_paths=1,
    batch=16,
    steps=300,
)
"""A smaller network and fewer steps than the product's; nothing is ever missing unless the cure says so."""
LIMITS = ("Simulated, with a target written into both streams: made to show modality dominance, not to decode.",)


@dataclass(frozen=True)
class Cure:
    """`missing_share` of each modality (Neverova et al. 2016, sec. 4: ModDrop) and the weight of unimodal heads (Wang,
    Tran & Feiszli 2020)."""

    missing_share: float = 0.0
    head_weight: float = 0.0

    def on(self, plan: Recipe) -> Recipe:
        augmentation = dataclasses.replace(plan.augmentation, missing_share=self.missing_share)
        return dataclasses.replace(plan, augmentation=augmentation, head_weight=self.head_weight)


CURES = {
    "none": Cure(),
    "dropout": Cure(missing_share=0.1),
    "heads": Cure(head_weight=1.0),
    "dropout-heads": Cure(missing_share=0.1, head_weight=1.0),
    "dropout-25": Cure(missing_share=0.25),
}


@dataclass(frozen=True)
class Job:
    """One training: an expert (`arm` is a modality) or the fused model under a cure."""

    case: str
    run: Run
    arm: str

    @property
    def name(self) -> str:
        return f"{self.case}-{self.run.name}-{self.arm}"

    @property
    def model(self) -> str:
        return EXPERTS.get(self.arm, FUSED)

    @property
    def conditions(self) -> tuple[str, ...]:
        """What is scored: both streams there, and each taken away; of an expert nothing can be."""
        return ("both",) if self.arm in EXPERTS else ("both", *(f"no-{m}" for m in EXPERTS))


def jobs(runs: tuple[Run, ...]) -> list[Job]:
    return [Job(c, r, a) for r in runs for c in CASES for a in (*EXPERTS, *CURES)]


def task(folder: Path, case: str, run: Run) -> Task:
    session = _session(folder, case, run)
    return Task(*([(session, span)] for span in session.parts(0.0, *SPLIT, 1.0)))


def _session(folder: Path, case: str, run: Run) -> Session:
    return redundant(suite.clean_session(folder, run.subject, SECONDS), CASES[case], run.subject)


def write_recordings(folder: Path, runs: tuple[Run, ...]) -> None:
    """The sessions as folders, so that the job can be given what was scored: `./entrain experiment dominance`."""
    for run in runs:
        for case in CASES:
            name = f"{case}-{run.name}"
            if not (folder / "recordings" / name / "recording.yaml").is_file():
                session = dataclasses.replace(_session(folder / "sessions", case, run), name=name)
                session_folder.write(session, folder / "recordings" / name)


def run(folder: Path, plan: Recipe, runs: tuple[Run, ...], progress: Progress) -> list[Verdict]:
    """Trains and scores what is not there yet, and returns every verdict. `progress` counts steps of all trainings."""
    work, verdicts, kept = jobs(runs), [], (None, None)
    for i, job in enumerate(work):
        path = folder / "models" / f"{job.name}.onnx"
        if not path.with_suffix(".scores.json").is_file():
            if kept[0] != (job.case, job.run):
                kept = (job.case, job.run), task(folder / "sessions", job.case, job.run)
            _produce(job, kept[1], plan, path, _part(progress, i, len(work), job.name))
            _score(job, kept[1], path)
        verdicts += _read(job, plan, path)
    return verdicts


def _part(progress: Progress, place: int, count: int, name: str) -> Progress:
    def told(done: int, steps: int, words: str) -> None:
        progress(place * steps + done, count * steps, f"{place + 1}/{count} {name} {words}")

    return told


def _produce(job: Job, task: Task, plan: Recipe, path: Path, progress: Progress) -> None:
    if path.with_suffix(".training.csv").is_file():  # the last thing that a training writes
        return
    if job.arm in CURES:
        plan = CURES[job.arm].on(plan)
    origin = Origin(
        data=task.train[0][0].source,
        split=f"trained until {SPLIT[0]:.0%} of the time, chosen until {SPLIT[1]:.0%}, scored on the rest",
        limits=LIMITS,
    )
    produce(task, plan, job.model, job.name, job.run.seed, path.parent, origin, progress)


def _score(job: Job, task: Task, path: Path) -> None:
    """Runs the file over the held-out stretch under all its conditions side by side, and keeps figures and sums."""
    session, span = task.report[0]
    contract = contracts.read(path)
    whole = stream(session, contract, span)
    streams = [whole] + [alarm.without(whole, c.removeprefix("no-")) for c in job.conditions[1:]]
    apart, rows = evaluate.decode(path, streams).apart(), []
    for condition, decoded in zip(job.conditions, apart, strict=True):
        rows.append(judge.as_row(judge.verdict(decoded, job.arm, job.run.name, f"{job.case}/{condition}")))
    tree = {"training_steps": contract.provenance["training_steps"], "verdicts": rows}
    path.with_suffix(".scores.json").write_text(json.dumps(tree))


def _read(job: Job, plan: Recipe, path: Path) -> list[Verdict]:
    file = path.with_suffix(".scores.json")
    tree = json.loads(file.read_text())
    if tree["training_steps"] != plan.steps:
        steps = tree["training_steps"]
        raise ValueError(f"{file}: of a training of {steps} steps, must be {plan.steps}; name another --out")
    return [judge.from_row(row) for row in tree["verdicts"]]


def gradients(folder: Path, runs: tuple[Run, ...]) -> list[dict[str, object]]:
    """Every logged step of every fused training: case, run, cure, step and each encoder's gradient norm."""
    rows = []
    for job in jobs(runs):
        if job.arm in CURES:
            with (folder / "models" / f"{job.name}.training.csv").open(newline="") as file:
                for row in csv.DictReader(file):
                    numbers = {k: float(v) for k, v in row.items()}
                    rows.append({"case": job.case, "run": job.run.name, "arm": job.arm} | numbers)
    return rows
