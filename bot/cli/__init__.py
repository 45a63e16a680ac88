"""The command line, a module for each group of commands; `bot.__main__` puts them together.

Results go to standard output, logs to standard error. Exit codes: 0 done, 1 a fault while doing
it, 2 wrong arguments or a configuration that cannot be used.
"""
