"""Models that find the lag between two sensor streams and decode from both; trained and exported to ONNX here.

The package meets the rest of Entrain in one place only: the contract (`contract.py`) inside each exported file.
Imports go one way, from the commands down to the contract; `tests/test_order.py` holds it.
"""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
# ONNX Runtime since 1.29 writes an identifier of the machine below the user's home and reports its use, from its import
# on, unless this is set before. The Java side stays on 1.28, which does neither.

__version__ = "0.1.0"
