"""One file for each step, numbered in order; new ones start from script.py.mako."""
