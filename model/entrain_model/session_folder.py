"""Writes a session as a folder, in the form that `recording` reads and the simulator writes."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import yaml

from entrain_model.recording import Events, Samples, Session

TRUTH = "truth.csv.gz"


def write(session: Session, folder: Path) -> Path:
    """`recording.yaml` last, so that a folder that was cut off is none."""
    folder.mkdir(parents=True, exist_ok=True)
    tree = {
        "name": session.name,
        "source": session.source,
        "start_nanos": session.start_nanos,
        "end_nanos": session.end_nanos,
        "streams": [_stream(data, folder) for data in session.streams.values()],
    }
    if session.labels is not None:
        labels = session.labels
        rows = np.column_stack([labels.times_nanos.astype(object), labels.values.astype(object)])
        _csv(folder / TRUTH, ("time_nanos", *labels.columns), rows)
        tree["labels"] = {"file": TRUTH, "time": "time_nanos", "columns": list(labels.columns), "unit": labels.unit}
    (folder / "recording.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))
    return folder


def _stream(data: Events | Samples, folder: Path) -> dict[str, object]:
    gaps = [{"start_nanos": int(start), "end_nanos": int(end)} for start, end in data.gaps]
    about: dict[str, object] = {"modality": data.name}
    if isinstance(data, Samples):
        file = f"{data.name}.npy"
        np.save(folder / file, data.values.astype(np.float32))
        about |= {"kind": "samples", "file": file, "rate_hz": data.rate_hz, "channels": data.values.shape[1]}
    else:
        file, marks = f"{data.name}.csv.gz", data.mark_names
        columns = [data.times_nanos.astype(object), data.channel.astype(object)]
        if marks:
            columns += list(data.marks.T.astype(object))
        _csv(folder / file, ("time_nanos", "channel", *marks), np.column_stack(columns))
        about |= {"kind": "events", "layout": "rows", "file": file, "time": "time_nanos", "channel": "channel"}
        about["channels"] = data.channels
        about |= {"marks": list(marks)} if marks else {}
    return about | ({"gaps": gaps} if gaps else {})


def _csv(path: Path, header: Iterable[str], rows: np.ndarray) -> None:
    with gzip.open(path, "wt", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows.tolist())
