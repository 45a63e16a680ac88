"""Throws what nobody would write at all that reads what others wrote: `python -m tests.fuzz --minutes 30`.

Targets (`targets`) take bytes and may raise nothing but what they promise; `mutate` makes inputs of known
ones. What was found is kept in `tests/data/fuzz`, a folder for each target, and tried by
`tests/test_fuzz.py` ever after.
"""
