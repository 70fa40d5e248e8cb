"""The bound on the tracked lag, where it can be told otherwise."""

import numpy as np
import pytest

from entrain_model import lag_floor
from entrain_model.lag_floor import World, floor


def test_more_bursts_and_less_jitter_lower_the_floor(monkeypatch):
    as_simulated, steady = floor(World(), 400.0)[0], floor(World(jitter_millis=0.01), 400.0)[0]
    assert steady < as_simulated < floor(World(jitter_millis=80.0), 400.0)[0]
    monkeypatch.setattr(lag_floor, "BURSTS_PER_SECOND", 60.0)
    assert floor(World(), 400.0)[0] < as_simulated


def test_a_lag_told_without_pause_or_jitter_is_known_but_for_what_is_still_on_its_way(monkeypatch):
    monkeypatch.setattr(lag_floor, "BURSTS_PER_SECOND", 2000.0)
    world = World(jitter_millis=0.01)
    rmse, _ = floor(world, 300.0)
    # A spike that is stamped lag ms late tells of a clock that has wandered on since.
    late = np.sqrt(2 * world.sd_millis**2 / world.time_constant_seconds * world.limit_millis / 1000)
    assert rmse < late


def test_the_told_shift_has_the_error_that_is_said_of_it():
    rows, _ = lag_floor.told(World(sd_millis=0.001, limit_millis=1.0), 4000.0, seed=1)
    assert np.std(rows[:, 2]) == pytest.approx(np.sqrt(rows[:, 3].mean()), rel=0.03)
