"""What the commands share: how far they are, what they refuse, and how options pick some of what there is."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from pathlib import Path

from entrain_model.recipe import Recipe


class UsageError(ValueError):
    """Options that do not fit together."""


class Progress:
    """One line on standard error, redrawn: how far, what, and the time left; plain lines where that is no terminal."""

    def __init__(self, title: str = "") -> None:
        self.title, self.first = title, 0
        self.start = self.drawn = time.monotonic()

    def __call__(self, done: int, steps: int, words: str) -> None:
        now = time.monotonic()
        live = sys.stderr.isatty()
        self.first = self.first or done
        if done < steps and now - self.drawn < (0.5 if live else 15.0):
            return
        self.drawn = now
        left = (now - self.start) / max(1, done - self.first + 1) * (steps - done)
        bar = "#" * (24 * done // steps)
        line = f"{self.title}[{bar:<24}] {done}/{steps}  {int(left // 60)}:{int(left % 60):02d} left  {words}"
        end = "\n" if done == steps or not live else ""
        print(("\r" if live else "") + line + ("\033[K" if live else ""), end=end, file=sys.stderr, flush=True)


def some(given: str | None, known: list, what: str) -> list:
    if given is None:
        return known
    chosen = given.split(",")
    for name in chosen:
        if name not in known:
            raise UsageError(f"{what} has {name!r}, must be some of {', '.join(known)}")
    return chosen


def shortened(recipe: Recipe, options: argparse.Namespace) -> Recipe:
    if options.steps is not None:
        if options.steps < 1:
            raise UsageError(f"--steps is {options.steps}, must be at least 1")
        recipe = dataclasses.replace(recipe, steps=options.steps)
    if options.quick:
        recipe = dataclasses.replace(recipe, steps=12, batch=8, cuts=2, ridge_windows=200, track_paths=1)
    return recipe


def quickest(path: Path) -> Path:
    """The incremental form beside a file, where there is one: the same results for a fraction of the work."""
    stepwise = path.with_name(f"{path.stem}-incremental.onnx")
    return stepwise if stepwise.is_file() else path
