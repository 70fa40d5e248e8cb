"""Models that find the lag between two sensor streams and decode from both; trained and exported to ONNX here.

The package meets the rest of Entrain in one place only: the contract (`contract.py`) inside each exported file.
Imports go one way: contract -> recording -> windows -> features -> lag_posterior -> bank, rivals, two_stage ->
evaluate, ridge -> recipe -> train -> calibrate, export -> produce, card, golden, judge -> report, suite -> commands
"""

__version__ = "0.1.0"
