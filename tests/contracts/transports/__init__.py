"""The platforms on which the transport contracts are tried: one Harness each, in one table.

    harness     what a harness can do for a test, and what a test may ask of it
    console     a real rich Console that writes into memory
    telegram    the emulated Telegram of tests/emulators
    matrix      a real Synapse (tests/synapse.py), behind a proxy that can fail

To add a transport, write its Harness and add it to HARNESSES.
"""

from tests.contracts.transports.console import ConsoleHarness
from tests.contracts.transports.harness import Can, Harness, Trouble, Verb
from tests.contracts.transports.matrix import MatrixHarness
from tests.contracts.transports.telegram import TelegramHarness

HARNESSES: tuple[type[Harness], ...] = (ConsoleHarness, TelegramHarness, MatrixHarness)

__all__ = ["HARNESSES", "Can", "Harness", "Trouble", "Verb"]
