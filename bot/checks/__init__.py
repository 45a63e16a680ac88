"""What `vigil check` looks at: each module looks at one thing and returns findings; none hides another.

configuration (read before) -> store (key, database, disk) -> outside (sources, Telegram) -> clock -> people
"""
