"""Whole stories: the real program as its own process, a site on loopback, Telegram's emulator."""
