"""A session that is written is the one that is read, whatever it holds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from conftest import write_session

from entrain_model import recording, session_folder
from entrain_model.recording import Events, Samples, Session


def same(a: Session, b: Session) -> None:
    assert (a.name, a.start_nanos, a.end_nanos, list(a.streams)) == (
        b.name,
        b.start_nanos,
        b.end_nanos,
        list(b.streams),
    )
    for name, one in a.streams.items():
        for field in dataclasses.fields(one):
            np.testing.assert_array_equal(getattr(one, field.name), getattr(b.streams[name], field.name), field.name)
    for field in dataclasses.fields(a.labels):
        np.testing.assert_array_equal(getattr(a.labels, field.name), getattr(b.labels, field.name), field.name)


def test_what_the_simulator_wrote_reads_back_the_same(tmp_path):
    session = recording.read(write_session(tmp_path / "from", seconds=4))
    same(session, recording.read(session_folder.write(session, tmp_path / "to")))


@pytest.mark.parametrize("seed", range(5))
def test_marks_gaps_and_exact_times_survive(tmp_path, seed):
    rng = np.random.default_rng(seed)
    times = np.sort(rng.integers(10**18, 10**18 + 10**9, 50))
    events = Events(
        "beats",
        3,
        times,
        rng.integers(0, 3, 50).astype(np.int32),
        gaps=((10**18, 10**18 + 7),),
        mark_names=("height_mv",),
        marks=rng.standard_normal((50, 1)).astype(np.float32),
    )
    samples = Samples("ppg", 2, 125, rng.standard_normal((125, 2)).astype(np.float32))
    labels = recording.Labels(times[::5], rng.standard_normal((10, 1)).astype(np.float32), ("breath",), "a.u.")
    made = Session("one", "made", 10**18, 10**18 + 10**9, {"beats": events, "ppg": samples}, labels, None)
    made = dataclasses.replace(made, labels=dataclasses.replace(labels, times_nanos=np.unique(times)[:10]))
    same(made, recording.read(session_folder.write(made, tmp_path)))
