"""Imported when an interpreter starts: programs run as they are, under a given start method."""

from __future__ import annotations

import multiprocessing
import os

if method := os.environ.get("DIFFERENTIAL_METHOD"):
    multiprocessing.set_start_method(method)
