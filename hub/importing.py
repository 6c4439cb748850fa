"""Importing much at once. The collector of cycles would walk again and again over what stays: a quarter of a start."""

import gc
import importlib
from typing import Any


def load(path: str) -> Any:
    """What "module:name" says, imported with the collector at rest."""
    module, _, name = path.partition(":")
    resting = gc.isenabled()
    gc.disable()
    try:
        return getattr(importlib.import_module(module), name)
    finally:
        if resting:
            gc.enable()
