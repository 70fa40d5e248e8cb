"""Writes one session folder for each patient of the BIDMC PPG and Respiration Dataset (PhysioNet, version 1.0.0).

    wget -r -np -nH --cut-dirs=3 https://physionet.org/files/bidmc/1.0.0/bidmc_csv/
    pip install numpy
    python workbench/recordings/bidmc.py bidmc_csv build/bidmc/sessions [PATIENT ...]

A patient is 8 minutes of ECG, photoplethysmogram (PPG) and impedance respiration at 125 Hz; `bidmc_01_Signals.csv` may
be gzipped. What is written: heartbeats as events with marks, the PPG as samples, respiration as the labels.

Heartbeats are the R peaks of the ECG after Pan & Tompkins (1985), IEEE Trans. Biomed. Eng. 32:230-236: band-pass,
derivative, square, integration over 150 ms, two adaptive thresholds with search back (eq. 12-23). Where we deviate: the
energies of leads II and V are added, so that one bad lead loses no beat, and a peak stands where a parabola through its
three largest samples does. Marks: height over the 80 ms before and span, of each lead, and the interval since the last
beat: breathing moves the heart's axis and modulates its rhythm, and without marks heartbeats carry little of it.

Data: Pimentel et al. (2016), Toward a robust estimation of respiratory rate from pulse oximeters, IEEE Trans. Biomed.
Eng. 64:1914-1923; Goldberger et al. (2000), PhysioBank, PhysioToolkit, and PhysioNet, Circulation 101:e215-e220.
"""

import gzip
import json
import sys
from pathlib import Path

import numpy as np

RATE_HZ = 125
LEADS = ("II", "V")
BAND_HZ = (5.0, 18.0)
TAPS = 33
INTEGRATED = 19
"""Samples: 150 ms."""
REFRACTORY = 30
"""Samples, 240 ms: no heart beats twice in that."""
AROUND = 10
"""Samples on either side of a beat in which its R peak is looked for: 80 ms."""
MARKS = ("height_ii_mv", "span_ii_mv", "height_v_mv", "span_v_mv", "interval_s")
LABEL_EVERY = 5
"""Samples: a label each 40 ms."""


def read(file: Path) -> dict[str, np.ndarray]:
    """Signals by name, each [T]."""
    with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as lines:
        names = [name.strip() for name in lines.readline().split(",")]
        return dict(zip(names, np.loadtxt(lines, delimiter=",", ndmin=2).T, strict=True))


def band_passed(x: np.ndarray) -> np.ndarray:
    """[T]: between 5 and 18 Hz, by a Hamming-windowed difference of two sincs without delay."""
    n = np.arange(TAPS) - (TAPS - 1) / 2
    low, high = (2 * hz / RATE_HZ * np.sinc(2 * hz / RATE_HZ * n) for hz in BAND_HZ)
    return np.convolve(x - np.median(x), (high - low) * np.hamming(TAPS), "same")


def energy(filtered: np.ndarray) -> np.ndarray:
    """[T]: squared derivative integrated over 150 ms, in units of its largest values, an outlier counting for 3."""
    whole = np.convolve(np.gradient(filtered) ** 2, np.ones(INTEGRATED) / INTEGRATED, "same")
    return np.minimum(whole / np.quantile(whole, 0.95), 3.0)


def candidates(e: np.ndarray) -> list[int]:
    """Local maxima of the energy, the largest within each refractory time."""
    kept: list[int] = []
    for c in np.flatnonzero((e[1:-1] >= e[:-2]) & (e[1:-1] > e[2:])) + 1:
        if not kept or c - kept[-1] >= REFRACTORY:
            kept.append(int(c))
        elif e[c] > e[kept[-1]]:
            kept[-1] = int(c)
    return kept


def beats(e: np.ndarray) -> np.ndarray:
    """Places of the heartbeats among the candidates [N]: signal and noise levels follow the peaks, and a beat that is
    overdue is looked for again at half the threshold."""
    signal, noise = np.quantile(e[: 8 * RATE_HZ], 0.98), np.median(e[: 8 * RATE_HZ])
    found: list[int] = []
    below: list[int] = []
    for c in candidates(e):
        threshold = noise + 0.25 * (signal - noise)
        if e[c] <= threshold:
            noise = 0.125 * e[c] + 0.875 * noise
            below.append(c)
            continue
        intervals = np.diff(found[-9:])
        if intervals.size and c - found[-1] > 1.66 * intervals.mean():
            missed = [p for p in below if p - found[-1] > REFRACTORY < c - p and e[p] > 0.5 * threshold]
            if missed:
                found.append(max(missed, key=lambda p: e[p]))
                signal = 0.25 * e[found[-1]] + 0.75 * signal
        found.append(c)
        signal, below = 0.125 * e[c] + 0.875 * signal, []
    places = np.array(found)
    return places[(places > 2 * AROUND) & (places < len(e) - 2 * AROUND)]


def marked(signals: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Time of each heartbeat in seconds [N] and its marks [N, 5]."""
    filtered = {lead: band_passed(signals[lead]) for lead in LEADS}
    places = beats(sum(energy(f) for f in filtered.values()))
    window, marks, seconds = np.arange(-AROUND, AROUND + 1), [], None
    for lead in LEADS:
        around = filtered[lead][places[:, None] + window]
        sign = 1.0 if np.median(around.max(1)) >= np.median(-around.min(1)) else -1.0
        peak = places - AROUND + (sign * around).argmax(1)
        seconds = (peak + vertex(sign * filtered[lead], peak)) / RATE_HZ if seconds is None else seconds
        raw = signals[lead]
        before = raw[peak[:, None] + np.arange(-12, -6)].mean(1)
        spread = np.ptp(raw[peak[:, None] + window], axis=1)
        marks += [sign * (raw[peak] - before), spread]
    interval = np.diff(seconds, prepend=seconds[0] - np.median(np.diff(seconds)))
    return seconds, np.stack([*marks, interval], axis=1)


def vertex(x: np.ndarray, peak: np.ndarray) -> np.ndarray:
    """Where the parabola through three samples around each peak is largest, in samples from it [N]."""
    left, top, right = x[peak - 1], x[peak], x[peak + 1]
    bend = left - 2 * top + right
    return np.clip(np.where(bend < -1e-12, 0.5 * (left - right) / np.minimum(bend, -1e-12), 0.0), -0.5, 0.5)


def write(file: Path, patient: str, folder: Path) -> Path:
    """Writes the session folder of a patient, and returns it."""
    signals, folder = read(file), folder / f"bidmc-{patient}"
    length = len(signals["PLETH"]) // RATE_HZ * RATE_HZ
    seconds, marks = marked(signals)
    order = np.argsort(seconds, kind="stable")
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(folder / "beats.csv.gz", "wt") as out:
        print("time_nanos", "channel", *MARKS, sep=",", file=out)
        for i in order:
            print(round(seconds[i] * 1e9), 0, *(f"{v:.5f}" for v in marks[i]), sep=",", file=out)
    np.save(folder / "ppg.npy", signals["PLETH"][:length, None].astype(np.float32))
    with gzip.open(folder / "respiration.csv.gz", "wt") as out:
        print("time_nanos,respiration", file=out)
        for i in range(LABEL_EVERY - 1, length, LABEL_EVERY):
            print(i * 1_000_000_000 // RATE_HZ, f"{signals['RESP'][i]:.5f}", sep=",", file=out)
    (folder / "recording.yaml").write_text(json.dumps(session(patient, length), indent=1) + "\n")
    return folder


def session(patient: str, length: int) -> dict:
    """What recording.yaml says; JSON is YAML."""
    events = {"modality": "beats", "kind": "events", "layout": "rows", "file": "beats.csv.gz", "time": "time_nanos"}
    events |= {"channel": "channel", "channels": 1, "marks": list(MARKS)}
    samples = {"modality": "ppg", "kind": "samples", "file": "ppg.npy", "rate_hz": RATE_HZ, "channels": 1}
    labels = {"file": "respiration.csv.gz", "time": "time_nanos", "columns": ["respiration"], "unit": "a.u."}
    return {
        "name": f"bidmc-{patient}",
        "source": "BIDMC PPG and Respiration Dataset 1.0.0 (Pimentel et al. 2016; PhysioNet, Goldberger et al. 2000), "
        f"patient {patient}",
        "licence": "Open Data Commons Attribution License v1.0",
        "start_nanos": 0,
        "end_nanos": length * 1_000_000_000 // RATE_HZ,
        "streams": [events, samples],
        "labels": labels,
        "lag": {"of": "beats"},
    }


def main() -> None:
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    files = sorted(f for f in source.glob("bidmc_[0-9][0-9]_Signals.csv*") if f.name.endswith((".csv", ".csv.gz")))
    if not files:
        raise SystemExit(f"{source}: no bidmc_NN_Signals.csv; the head of {Path(__file__).name} says where to get it")
    for file in files:
        patient = file.name[6:8]
        if len(sys.argv) == 3 or patient in sys.argv[3:]:
            print(f"wrote {write(file, patient, target)}")


if __name__ == "__main__":
    main()
