"""Writes m1_reaching_50ms.csv.gz, the file that m1-reaching.yaml names, from m1_stevenson_2011.mat.

    curl -LO https://github.com/KordingLab/spykesML/raw/master/data/m1_stevenson_2011.mat
    pip install numpy scipy
    python workbench/recordings/m1_reaching.py m1_stevenson_2011.mat [FOLDER]

One row for each bin of 50 ms: time_s, hand position in m, hand velocity in m/s, spike counts of 171 units.
"""

import gzip
import sys
from pathlib import Path

import scipy.io


def main() -> None:
    if len(sys.argv) not in {2, 3}:
        raise SystemExit(__doc__)
    mat = scipy.io.loadmat(sys.argv[1])
    target = Path(sys.argv[2] if len(sys.argv) == 3 else ".") / "m1_reaching_50ms.csv.gz"
    units = mat["spikes"]
    header = ["time_s", "hand_x", "hand_y", "hand_vx", "hand_vy", *(f"unit_{i:03d}" for i in range(len(units)))]
    with gzip.open(target, "wt") as out:
        print(*header, sep=",", file=out)
        for i, time in enumerate(mat["time"][0]):
            hand = [f"{v:.6g}" for v in (*mat["handPos"][:2, i], *mat["handVel"][:2, i])]
            print(f"{time:.4f}", *hand, *(int(c) for c in units[:, i]), sep=",", file=out)
    print(f"wrote {target}")


if __name__ == "__main__":
    main()
