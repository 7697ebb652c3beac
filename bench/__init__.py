"""Benchmarks that state ratios within one run, so that any machine can check them."""
