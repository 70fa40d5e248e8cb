"""Reads the session folder: `recording.yaml` and its files, the same form for a simulated session and a recording.

Times are whole nanoseconds on the axis of the stamps. The unit of a time column is the last word of its name.
"""

from __future__ import annotations

import dataclasses
import gzip
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import yaml

NANOS_PER = {"nanos": 1, "micros": 1_000, "millis": 1_000_000, "s": 1_000_000_000}


class RecordingError(ValueError):
    """A folder that cannot be read: the message names the file, what is wrong and what would be right."""


@dataclass(frozen=True, eq=False)
class Events:
    """`times_nanos` int64 [N], not falling, and `channel` int32 [N] in 0..channels-1."""

    name: str
    channels: int
    times_nanos: np.ndarray
    channel: np.ndarray
    bin_millis: int | None = None
    gaps: tuple[tuple[int, int], ...] = ()
    """Where nothing was recorded: [start, end) in nanoseconds."""
    mark_names: tuple[str, ...] = ()
    marks: np.ndarray | None = None
    """What was measured of each event, float32 [N, M] in the order of `mark_names`; None where nothing was."""


@dataclass(frozen=True, eq=False)
class Samples:
    """`values` float32 [T, C]; row i stands at the session's start + i / rate."""

    name: str
    channels: int
    rate_hz: int
    values: np.ndarray
    gaps: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, eq=False)
class Labels:
    """`times_nanos` int64 [M], rising, and `values` float32 [M, K]."""

    times_nanos: np.ndarray
    values: np.ndarray
    columns: tuple[str, ...]
    unit: str


@dataclass(frozen=True, eq=False)
class TrueLag:
    """Lag of stream `of` in milliseconds, float64 [M], at `times_nanos`; positive where it is stamped late."""

    of: str
    times_nanos: np.ndarray
    millis: np.ndarray


@dataclass(frozen=True, eq=False)
class Session:
    name: str
    source: str
    start_nanos: int
    end_nanos: int
    streams: dict[str, Events | Samples]
    labels: Labels | None
    lag: TrueLag | None

    def parts(self, *shares: float) -> list[tuple[int, int]]:
        """The stretches [start, end) in nanoseconds between one share of the session's time and the next."""
        ends = [self.start_nanos + round(share * (self.end_nanos - self.start_nanos)) for share in shares]
        return list(pairwise(ends))


def read(path: Path, data: Path | None = None) -> Session:
    """Reads a folder with a `recording.yaml`, or a YAML file of any name; files lie in `data` (default: beside it).

    Raises:
        RecordingError: a missing file, key or column, or values out of bounds.
    """
    path = Path(path)
    path = path / "recording.yaml" if path.is_dir() else path
    if not path.is_file():
        raise RecordingError(f"{path}: no such file; a session is a folder with a recording.yaml")
    try:
        tree = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise RecordingError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    return _Reader(path, Path(data) if data else path.parent, tree).session()


class _Reader:
    def __init__(self, path: Path, data: Path, tree: object) -> None:
        if not isinstance(tree, dict):
            raise RecordingError(f"{path}: is a {type(tree).__name__}, must be a mapping")
        self.path, self.data, self.tree = path, data, tree
        self.start, self.end = self.key(tree, "start_nanos"), self.key(tree, "end_nanos")
        if self.end <= self.start:
            raise RecordingError(f"{path}: end_nanos is {self.end}, must be above start_nanos {self.start}")

    def key(self, tree: dict, name: str) -> object:
        if name not in tree:
            raise RecordingError(f"{self.path}: key {name!r} is missing in {sorted(map(str, tree))}")
        return tree[name]

    def session(self) -> Session:
        streams = {}
        for entry in self.key(self.tree, "streams"):
            name, kind = self.key(entry, "modality"), self.key(entry, "kind")
            if kind not in ("events", "samples"):
                raise RecordingError(f"{self.path}: {name}: kind is {kind!r}, must be 'events' or 'samples'")
            stream = self.events(name, entry) if kind == "events" else self.samples(name, entry)
            gaps = tuple((self.key(g, "start_nanos"), self.key(g, "end_nanos")) for g in entry.get("gaps") or ())
            streams[name] = dataclasses.replace(stream, gaps=gaps)
        return Session(
            name=self.key(self.tree, "name"),
            source=str(self.tree.get("source", "unknown")),
            start_nanos=self.start,
            end_nanos=self.end,
            streams=streams,
            labels=self.labels(),
            lag=self.lag(),
        )

    def events(self, name: str, entry: dict) -> Events:
        layout = self.key(entry, "layout")
        if layout == "counts":
            return self.counts(name, entry)
        if layout != "rows":
            raise RecordingError(f"{self.path}: {name}: layout is {layout!r}, must be 'rows' or 'counts'")
        file, channels = self.key(entry, "file"), self.key(entry, "channels")
        times = self.times(file, self.key(entry, "time"))
        channel = self.columns(file, [self.key(entry, "channel")], np.int32)[:, 0]
        names = tuple(entry.get("marks") or ())
        marks = self.columns(file, list(names), np.float32) if names else None
        if marks is not None and not np.isfinite(marks).all():
            raise RecordingError(f"{self.data / file}: a mark is NaN or infinity, marks must be finite")
        return self.sorted_events(name, channels, times, channel, None, names, marks)

    def counts(self, name: str, entry: dict) -> Events:
        """Row i is the bin [start + i bin, start + (i + 1) bin), start being the first row's time rounded up to a
        multiple of the bin; the j-th of c counts stands at (j + 1/2) / c of its bin."""
        file, columns = self.key(entry, "file"), self.key(entry, "columns")
        width = self.key(entry, "bin_millis") * 1_000_000
        first = int(self.times(file, self.key(entry, "time"))[0])
        start = -(-first // width) * width
        counts = self.columns(file, columns, np.int64)
        if counts.min() < 0:
            raise RecordingError(f"{self.data / file}: a count is {counts.min()}, must be at least 0")
        row, channel = np.nonzero(counts)
        c = counts[row, channel]
        j = np.arange(c.sum()) - np.repeat(np.cumsum(c) - c, c)
        each = np.repeat(c, c)
        times = start + np.repeat(row, c) * width + width * (2 * j + 1) // (2 * each)
        return self.sorted_events(name, len(columns), times, np.repeat(channel, c), entry["bin_millis"])

    def sorted_events(
        self,
        name: str,
        channels: int,
        times: np.ndarray,
        channel: np.ndarray,
        bin_millis: int | None,
        mark_names: tuple[str, ...] = (),
        marks: np.ndarray | None = None,
    ) -> Events:
        low, high = (int(channel.min()), int(channel.max())) if channel.size else (0, 0)
        if low < 0 or high >= channels:
            raise RecordingError(f"{self.path}: {name}: channels run {low}..{high}, must lie in 0..{channels - 1}")
        order = np.argsort(times, kind="stable")
        return Events(
            name,
            channels,
            times[order],
            channel[order].astype(np.int32),
            bin_millis,
            mark_names=mark_names,
            marks=None if marks is None else marks[order],
        )

    def samples(self, name: str, entry: dict) -> Samples:
        file, channels = self.key(entry, "file"), self.key(entry, "channels")
        if file.endswith(".npy"):
            values = np.load(self.file(file), allow_pickle=False)
        else:
            values = self.columns(file, self.key(entry, "columns"), np.float32)
        if values.ndim != 2 or values.shape[1] != channels:
            raise RecordingError(f"{self.data / file}: shape is {values.shape}, must be [T, {channels}]")
        if not np.isfinite(values).all():
            raise RecordingError(f"{self.data / file}: holds NaN or infinity, samples must be finite")
        return Samples(name, channels, self.key(entry, "rate_hz"), values.astype(np.float32, copy=False))

    def labels(self) -> Labels | None:
        entry = self.tree.get("labels")
        if entry is None:
            return None
        file, columns = self.key(entry, "file"), self.key(entry, "columns")
        times = self.times(file, self.key(entry, "time"))
        values = self.columns(file, columns, np.float32)
        return Labels(times, values, tuple(columns), str(self.key(entry, "unit")))

    def lag(self) -> TrueLag | None:
        entry = self.tree.get("lag")
        if entry is None or "file" not in entry:
            return None
        file, column = self.key(entry, "file"), self.key(entry, "column")
        time = entry.get("time", self.tree.get("labels", {}).get("time", "time_nanos"))
        return TrueLag(self.key(entry, "of"), self.times(file, time), self.columns(file, [column], np.float64)[:, 0])

    def file(self, name: str) -> Path:
        file = self.data / name
        if not file.is_file():
            source = self.tree.get("source", "not said")
            raise RecordingError(f"{file}: no such file; name its folder with --data (source: {source})")
        return file

    def times(self, file: str, column: str) -> np.ndarray:
        unit = column.rsplit("_", 1)[-1]
        if unit not in NANOS_PER:
            raise RecordingError(f"{self.path}: time column {column!r} must end in one of {sorted(NANOS_PER)}")
        if unit == "nanos":
            return self.columns(file, [column], np.int64)[:, 0]
        return np.rint(self.columns(file, [column], np.float64)[:, 0] * NANOS_PER[unit]).astype(np.int64)

    def columns(self, name: str, wanted: list[str], dtype: type) -> np.ndarray:
        """Columns of a .csv or .csv.gz with one header line, [rows, len(wanted)]."""
        file = self.file(name)
        with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as lines:
            header = lines.readline().strip().split(",")
            missing = [c for c in wanted if c not in header]
            if missing:
                raise RecordingError(f"{file}: column {missing[0]!r} is missing in {', '.join(header[:8])} ...")
            places = [header.index(c) for c in wanted]
            try:
                return np.loadtxt(lines, delimiter=",", dtype=dtype, usecols=places, ndmin=2)
            except ValueError as error:
                raise RecordingError(f"{file}: {error}") from error
