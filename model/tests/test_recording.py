"""Both layouts, all file forms, and refusals that name the file."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
import yaml
from conftest import write_session

from entrain_model import recording
from entrain_model.contract import Component, Contract, Modality, Output
from entrain_model.recording import RecordingError
from entrain_model.windows import binned, stream


def test_rows_layout_and_samples_are_read_as_written(tiny):
    session = recording.read(tiny)
    spikes, lfp = session.streams["spikes"], session.streams["lfp"]
    assert (session.start_nanos, session.end_nanos) == (0, 20_000_000_000)
    assert spikes.times_nanos.dtype == np.int64
    assert (np.diff(spikes.times_nanos) >= 0).all()
    assert lfp.values.shape == (20_000, 2)
    assert lfp.values.dtype == np.float32
    assert session.labels.columns == ("velocity_x", "velocity_y")
    assert session.labels.times_nanos[:2].tolist() == [5_000_000, 15_000_000]
    assert session.lag.of == "spikes"


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_counts_become_events_at_j_plus_a_half_of_c_of_their_bin(tmp_path, suffix):
    rows = "time_s,vx,unit_a,unit_b\n0.591,1.0,2,0\n0.641,2.0,0,3\n"
    file = tmp_path / f"counts{suffix}"
    file.write_bytes(gzip.compress(rows.encode()) if suffix == ".csv.gz" else rows.encode())
    tree = {
        "name": "counts",
        "start_nanos": 600_000_000,
        "end_nanos": 700_000_000,
        "streams": [
            {
                "modality": "delayed",
                "kind": "events",
                "layout": "counts",
                "file": file.name,
                "time": "time_s",
                "bin_millis": 50,
                "columns": ["unit_b", "unit_a"],
            }
        ],
        "labels": {"file": file.name, "time": "time_s", "columns": ["vx"], "unit": "m/s"},
    }
    yaml_file = tmp_path / "elsewhere" / "m.yaml"
    yaml_file.parent.mkdir()
    yaml_file.write_text(yaml.safe_dump(tree))
    events = recording.read(yaml_file, data=tmp_path).streams["delayed"]
    # The first row's 0.591 s is rounded up to a multiple of 50 ms; thirds of a bin are cut to whole nanoseconds.
    assert events.times_nanos.tolist() == [612_500_000, 637_500_000, 658_333_333, 675_000_000, 691_666_666]
    assert events.channel.tolist() == [1, 1, 0, 0, 0]


def spoil(tree: dict, path: list, value: object) -> dict:
    part = tree
    for key in path[:-1]:
        part = part[key]
    if value is None:
        del part[path[-1]]
    else:
        part[path[-1]] = value
    return tree


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["streams", 0, "layout"], "columns", "layout is 'columns', must be 'rows' or 'counts'"),
        (["streams", 0, "channels"], 3, "channels run 0..4, must lie in 0..2"),
        (["streams", 0, "channel"], "unit", "column 'unit' is missing"),
        (["streams", 0, "time"], "time_hours", "must end in one of"),
        (["streams", 1, "channels"], 7, "shape is (20000, 2), must be [T, 7]"),
        (["streams", 1, "file"], "gone.npy", "no such file; name its folder with --data"),
        (["streams", 1, "kind"], "waves", "kind is 'waves'"),
        (["end_nanos"], -1, "end_nanos is -1, must be above"),
        (["streams"], None, "key 'streams' is missing"),
    ],
)
def test_folder_that_cannot_be_read_is_refused(tmp_path, path, value, message):
    folder = write_session(tmp_path)
    file = folder / "recording.yaml"
    file.write_text(yaml.safe_dump(spoil(yaml.safe_load(file.read_text()), path, value)))
    with pytest.raises(RecordingError) as refusal:
        recording.read(folder)
    assert message in str(refusal.value)


def test_missing_folder_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="a session is a folder with"):
        recording.read(tmp_path)


def test_sample_that_is_no_number_is_refused(tmp_path):
    folder = write_session(tmp_path)
    values = np.load(folder / "lfp.npy")
    values[3, 1] = np.nan
    np.save(folder / "lfp.npy", values)
    with pytest.raises(RecordingError, match="samples must be finite"):
        recording.read(folder)


def marked(folder, *, seed: int, marks: str = "0.5"):
    """A folder with 50 events on 2 channels, whose marks are their number and a constant, in no order of time."""
    rng = np.random.default_rng(seed)
    nanos = np.sort(rng.integers(0, 1_000_000_000, 50))
    rows = [f"{t},{i % 2},{i},{marks}" for i, t in enumerate(nanos)]
    (folder / "beats.csv").write_text("time_nanos,channel,number,height_mv\n" + "\n".join(rows) + "\n")
    stream = {"modality": "beats", "kind": "events", "layout": "rows", "file": "beats.csv", "time": "time_nanos"}
    stream |= {"channel": "channel", "channels": 2, "marks": ["number", "height_mv"]}
    labels = {"file": "labels.csv", "time": "time_nanos", "columns": ["y"], "unit": "sd"}
    (folder / "labels.csv").write_text("time_nanos,y\n" + "".join(f"{t}000000,0\n" for t in range(5, 1000, 10)))
    tree = {"name": "m", "start_nanos": 0, "end_nanos": 1_000_000_000, "streams": [stream], "labels": labels}
    (folder / "recording.yaml").write_text(yaml.safe_dump(tree))
    return nanos


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_marks_stay_with_their_events_and_sum_up_in_their_bins_whatever_the_lag(tmp_path, seed):
    nanos = marked(tmp_path, seed=seed)
    session = recording.read(tmp_path)
    events = session.streams["beats"]
    assert events.mark_names == ("number", "height_mv")
    assert events.marks[:, 0].tolist() == list(range(50))
    kind = Modality(
        name="beats", kind="events", channels=2, unit="count", bins_per_hop=5, marks=("height_mv", "number")
    )
    component = (Component(name="y", unit="sd"),)
    outputs = (Output(name="decoded", log_variance="v", components=component),)
    contract = Contract(
        name="m", hop_millis=100, context_hops=1, warmup_hops=0, modalities=(kind,), outputs=outputs
    ).check()
    lag_millis = 37.0 * seed
    panes = stream(session, contract, (0, 1_000_000_000), lambda t: np.full_like(t, lag_millis), "beats")
    expected = np.zeros((50, 6), np.float32)
    for i, t in enumerate(nanos):
        place = int((t + lag_millis * 1e6) // 20_000_000)
        if place < 50:
            expected[place, i % 2 + np.array([0, 2, 4])] += (1.0, 0.5, i)
    np.testing.assert_allclose(panes.rows["beats"], expected)


@pytest.mark.parametrize("wrong", ["nan", "inf"])
def test_a_mark_that_is_no_number_is_refused(tmp_path, wrong):
    marked(tmp_path, seed=1, marks=wrong)
    with pytest.raises(RecordingError, match="marks must be finite"):
        recording.read(tmp_path)


def test_a_mark_that_was_not_recorded_is_refused(tmp_path):
    marked(tmp_path, seed=1)
    events = recording.read(tmp_path).streams["beats"]
    with pytest.raises(ValueError, match="mark 'width' is not recorded, must be one of"):
        binned(events, events.times_nanos, ("width",), 0, 1, 1)
