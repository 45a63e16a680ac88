"""`vigil demo`: sample sites on loopback, the real poller, the console as a subscriber's chat."""
