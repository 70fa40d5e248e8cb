"""The alarm for modality dominance, on exported files through ONNX Runtime."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch
from conftest import SMALL

from entrain_model import alarm, recipe, recording, train
from entrain_model import contract as contracts
from entrain_model.__main__ import main
from entrain_model.bank import Augmentation
from entrain_model.evaluate import decode
from entrain_model.export import export
from entrain_model.recipe import Task
from entrain_model.windows import stream

SPANS = (0, 14_000_000_000), (14_000_000_000, 20_000_000_000)
PLAN = dataclasses.replace(
    SMALL,
    augmentation=Augmentation(lag_millis=0.0, jitter_millis=(0.0,), noise=(0.0,), missing_share=0.2),
    steps=40,
    batch=16,
    warmup=5,
    rate=5e-3,
)


@pytest.fixture(scope="module")
def task(tiny):
    session = recording.read(tiny)
    return Task(train=[(session, SPANS[0])], choose=[(session, SPANS[1])])


@pytest.fixture(scope="module")
def files(tmp_path_factory, task):
    """Exported: an expert of each stream, and a fused model that was made deaf to the spikes."""
    folder, made = tmp_path_factory.mktemp("alarm"), {}
    for model in ("lagging-only", "reference-only", "early-cnn"):
        contract = recipe.contract_for(task, PLAN, model, model)
        network = train.train(task, PLAN, contract, model, 1, lambda *_: None)
        if model == "early-cnn":
            with torch.no_grad():
                for p in network.encoders["spikes"].parameters():
                    p.zero_()
        made[model] = folder / f"{model}.onnx"
        export(network, contract, made[model])
    return made


def panes(task, files):
    return stream(task.choose[0][0], contracts.read(files["early-cnn"]), SPANS[1])


def test_the_alarm_names_the_stream_that_a_model_is_deaf_to(task, files):
    experts = [files["reference-only"], files["lagging-only"]]  # in any order
    rows = {row.left: row for row in alarm.alarm(files["early-cnn"], experts, [panes(task, files)])}
    assert rows["spikes"].removed == "lfp"
    assert rows["spikes"].expert_r2 > 0.1
    assert rows["spikes"].verdict == "starved"
    assert rows["lfp"].verdict == "sound"
    assert rows["lfp"].share > 0.9
    assert rows["lfp"].low <= rows["lfp"].share <= rows["lfp"].high
    told = alarm.lines(list(rows.values()))
    assert told[0].startswith("without lfp: R2 ")
    assert told[0].endswith("the expert of spikes has: starved")


def test_a_stream_taken_away_is_a_stream_that_never_came(tiny, task, files):
    """What the alarm feeds is what the job feeds where a session lacks the stream."""
    session, contract = recording.read(tiny), contracts.read(files["early-cnn"])
    lacks = dataclasses.replace(session, streams={"lfp": session.streams["lfp"]})
    without, never = alarm.without(panes(task, files), "spikes"), stream(lacks, contract, SPANS[1])
    for a, b in ((without.rows, never.rows), (without.masks, never.masks)):
        for name, values in a.items():
            np.testing.assert_array_equal(values, b[name], err_msg=name)
    found = [decode(files["early-cnn"], [s]).mean for s in (without, never)]
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize(
    ("share", "expert_r2", "said"),
    [
        (0.95, 0.5, "sound"),
        (0.89, 0.5, "fragile"),
        (0.49, 0.5, "starved"),
        (-0.1, 0.5, "starved"),
        (7.0, 0.01, "silent"),
    ],
)
def test_verdicts_follow_the_share_of_an_expert_that_finds_something(share, expert_r2, said):
    assert alarm.verdict(share, expert_r2) == said


def test_an_alarm_without_the_right_experts_gets_one_clear_line(tiny, files, capsys):
    def error(*experts):
        assert (
            main(["evaluate", str(files["early-cnn"]), "--simulated", str(tiny), "--paths", "1", "--alarm", *experts])
            == 2
        )
        return capsys.readouterr().err

    one, fused = str(files["lagging-only"]), str(files["early-cnn"])
    assert "no expert of 'lfp'; the alarm needs one of each of ['spikes', 'lfp']" in error(one, one)
    assert "an expert of ['spikes', 'lfp'], must be of one stream of ['spikes', 'lfp']" in error(one, fused)


def test_evaluate_prints_and_writes_the_alarm(tmp_path, tiny, files, capsys):
    experts = [str(files["lagging-only"]), str(files["reference-only"])]
    command = ["evaluate", str(files["early-cnn"]), "--simulated", str(tiny), "--paths", "1", "--stretch", "choose"]
    assert main([*command, "--alarm", *experts, "--json", str(tmp_path / "scores.json")]) == 0
    assert "without lfp: R2" in capsys.readouterr().out
    tree = json.loads((tmp_path / "scores.json").read_text())
    (rows,) = [value for key, value in tree.items() if key.startswith("alarm: ")]
    assert {row["removed"] for row in rows} == {"spikes", "lfp"}
