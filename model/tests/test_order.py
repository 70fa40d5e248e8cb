"""Imports within the package go one way."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import entrain_model

PACKAGE = Path(entrain_model.__file__).parent
GRAPH_AND_DOWN = (
    "contract",
    "elementwise",
    "recording",
    "windows",
    "features",
    "lag_filter",
    "lag_posterior",
    "rivals",
    "canonical",
    "two_stage",
    "heartbeats",
)
"""What a graph is made of: none of it may know of training, scoring or a command."""


def imports():
    """Module to the modules of the package that it imports."""
    found = {}
    for file in PACKAGE.glob("*.py"):
        names = set()
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "entrain_model":
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("entrain_model."):
                names.add(node.module.removeprefix("entrain_model."))
        found[file.stem] = {n for n in names if (PACKAGE / f"{n}.py").is_file()}
    return found


def test_imports_go_one_way():
    TopologicalSorter(imports()).prepare()  # raises CycleError with the modules of a circle


def test_what_a_graph_is_made_of_knows_nothing_above_it():
    for module, known in imports().items():
        if module in GRAPH_AND_DOWN:
            assert known <= set(GRAPH_AND_DOWN), f"{module} imports {sorted(known - set(GRAPH_AND_DOWN))}"
