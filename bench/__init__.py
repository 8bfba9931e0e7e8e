"""Benchmarks. Each prints a ratio: ours against a limit that was measured in the same run on the same machine."""
