"""Training from the command line, end to end on a tiny session, and one-line errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import yaml
from conftest import TRAINED, write_session

from entrain_model import contract as contracts
from entrain_model import recording, suite
from entrain_model.__main__ import main
from entrain_model.evaluate import session_of
from entrain_model.recipe import ALIGNED


@pytest.mark.parametrize("model", ["lag-posterior", "two-stage", "late", "reference-only", "ridge"])
def test_quick_training_writes_a_file_that_runs_its_card_and_its_plot(tmp_path, tiny, model, capsys):
    arguments = ["train", "--simulated", str(tiny), "--model", model, "--out", str(tmp_path), "--quick"]
    assert main(arguments) == 0
    contract = contracts.read(tmp_path / f"{model}.onnx")
    assert contract.name == model
    assert contract.provenance["data"] == "made for a test"
    assert session_of(tmp_path / f"{model}.onnx")
    card = (tmp_path / f"{model}.md").read_text()
    assert "R2" in card
    assert "first 70 %" in card
    if model in ALIGNED:
        stepwise = contracts.read(tmp_path / f"{model}-incremental.onnx")
        assert (stepwise.context_hops, stepwise.name) == (1, f"{model}-incremental")
        assert f"{model}-incremental.onnx" in card
    assert (tmp_path / f"{model}.png").stat().st_size > 1000
    assert "R2" in capsys.readouterr().out


def test_equal_seeds_train_equal_files(tmp_path, tiny):
    files = []
    for run in ("a", "b"):
        out = tmp_path / run
        assert main(["train", "--simulated", str(tiny), "--out", str(out), "--quick", "--seed", "4"]) == 0
        files.append((out / "lag-posterior.onnx").read_bytes())
    assert files[0] == files[1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["--simulated", "/nowhere"], "/nowhere: no such file; a session is a folder with a recording.yaml"),
        (["--lag-of", "emg"], "--lag-of is 'emg', must be one of ['spikes', 'lfp']"),
        (["--lag-of", "lfp"], "lfp holds samples; the lagging stream must hold events"),
        (["--steps", "0"], "--steps is 0, must be at least 1"),
    ],
)
def test_wrong_options_get_one_clear_line(tmp_path, tiny, change, message, capsys):
    assert main(["train", "--simulated", str(tiny), "--out", str(tmp_path), *change]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_recording_with_marks_is_refused_rather_than_trained_without_them(tmp_path, tiny, capsys):
    tree = yaml.safe_load((tiny / "recording.yaml").read_text())
    tree["streams"][0]["marks"] = ["channel"]
    (tmp_path / "marked.yaml").write_text(yaml.safe_dump(tree))
    arguments = ["--recording", str(tmp_path / "marked.yaml"), "--data", str(tiny), "--out", str(tmp_path)]
    assert main(["train", *arguments]) == 2
    assert "spikes has marks ['channel'], which no model here uses" in capsys.readouterr().err


def test_too_short_a_session_gets_one_clear_line(tmp_path, capsys):
    short = write_session(tmp_path / "short", seconds=2)
    assert main(["train", "--simulated", str(short), "--out", str(tmp_path), "--quick"]) == 2
    assert "s to train on, need more than" in capsys.readouterr().err


def test_two_files_are_scored_side_by_side(tmp_path, tiny, capsys):
    for model in ("lag-posterior", "early-cnn"):
        main(["train", "--simulated", str(tiny), "--model", model, "--out", str(tmp_path), "--quick"])
    capsys.readouterr()
    files = [str(tmp_path / f"{m}.onnx") for m in ("lag-posterior", "early-cnn")]
    assert main(["evaluate", *files, "--simulated", str(tiny), "--paths", "1", "--stretch", "choose"]) == 0
    out = capsys.readouterr().out
    assert "model early-cnn" in out
    assert "lead_low" in out


def test_a_suite_is_trained_scored_and_reported(tmp_path, tiny, capsys, monkeypatch):
    """The whole way on sessions of a test's length, the simulator left out."""
    monkeypatch.setattr(suite, "_session", lambda folder, subject, number, seconds, options: recording.read(tiny))
    models = tmp_path / "suite"
    train = [
        "train",
        "--suite",
        "--quick",
        "--out",
        str(models),
        "--subjects",
        "11",
        "--models",
        "lag-posterior,early-cnn",
    ]
    assert main(train) == 0
    assert main(train) == 0  # what is there is not trained again
    out = tmp_path / "out"
    score = ["evaluate", "--suite", str(models), "--out", str(out), "--subjects", "11"]
    assert main([*score, "--conditions", "noise-0,jump-0"]) == 0
    tables = (out / "tables.md").read_text()
    assert "### noise-0" in tables
    assert "lag-posterior, true lag" in tables
    tree = json.loads((out / "scores.json").read_text())
    rows = {(row["condition"], row["model"]): row for row in tree["rows"]}
    assert rows["noise-0", "early-cnn"]["decoded_lead"] is not None
    assert rows["noise-0", "early-cnn"]["decoded_r2_low"] <= rows["noise-0", "early-cnn"]["decoded_r2_high"]
    assert (out / "scores.csv").read_text().count("\n") == len(tree["rows"]) + 1
    assert (out / "noise.png").stat().st_size > 1000
    (models / "subject-11-seed-1/early-cnn.onnx").unlink()
    assert main([*score, "--conditions", "noise-0"]) == 0
    later = json.loads((out / "scores.json").read_text())
    assert [r for r in later["rows"] if r["model"] == "early-cnn"]  # its verdicts were kept
    assert later["files"] == tree["files"]  # and so was what it is
    capsys.readouterr()
    assert main(["evaluate", "--suite", str(models), "--quick"]) == 0
    assert "### noise-1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--conditions", "fog"], "--conditions has 'fog', must be some of noise-0"),
        (["--subjects", "1"], "--subjects has '1', must be some of 11"),
        ([], "no models; make them with ./entrain train --suite"),
    ],
)
def test_wrong_options_of_a_suite_get_one_clear_line(tmp_path, options, message, capsys):
    assert main(["evaluate", "--suite", str(tmp_path), *options]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_running_a_model_leaves_nothing_in_the_users_home(tmp_path):
    code = "from entrain_model.evaluate import session_of; from pathlib import Path; session_of(Path(r'%s'))"
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(tmp_path), "PYTHONPATH": str(TRAINED.parent)}
    subprocess.run([sys.executable, "-c", code % (TRAINED / "m1-ridge.onnx")], env=environment, check=True)
    assert not [f for f in tmp_path.rglob("*") if "onnx" in str(f).lower()]


def test_a_window_of_another_length_is_trained_and_one_that_is_too_short_refused(tiny, tmp_path, capsys):
    arguments = ["train", "--simulated", str(tiny), "--model", "early-cnn", "--quick", "--out", str(tmp_path)]
    assert main([*arguments, "--window-hops", "60"]) == 0
    made = contracts.read(tmp_path / "early-cnn.onnx")
    assert (made.context_hops, made.warmup_hops) == (60, 60)
    assert main([*arguments, "--window-hops", "35"]) == 2
    assert "--window-hops is 35, must be at least 36" in capsys.readouterr().err
