"""Runs pure steps in processes of their own, which can be killed when a document takes too long.

A step is called by its name in a child (`child`), which holds neither the database nor a key and is forked
from a process that has its tables (`nursery`). Step, arguments and result cross on a socket (`wire`); the
pool (`pool`) watches the time. A thread would not do: Python cannot end one, and a regular expression that
runs for minutes holds up every other.
"""

from jobs.workers.pool import Run, Unfinished, Workers

__all__ = ["Run", "Unfinished", "Workers"]
