"""The core of gomod-wizard: detect, decide, render, apply. No user interface lives here."""

__version__ = "0.1.0"
