"""Models that find the lag between two sensor streams and decode from both; trained and exported to ONNX here.

The package meets the rest of Entrain in one place only: the contract (`contract.py`) inside each exported file.
Imports go one way: contract -> recording -> windows -> features -> lag_posterior -> bank, rivals, two_stage ->
evaluate, ridge -> recipe -> train -> filter_fit -> calibrate, export -> produce, card, golden, judge, breakdown ->
report, suite, forecasts -> commands
"""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
# ONNX Runtime since 1.29 writes an identifier of the machine below the user's home and reports its use, from its import
# on, unless this is set before. The Java side stays on 1.28, which does neither.

__version__ = "0.1.0"
