"""The configuration: reader (values, faults) -> sections (a function for each table) -> settings."""

from bot.config.sections import DEFAULT_FILE, keys, load, postgresql
from bot.config.settings import (
    AdminsConfig,
    AlertsConfig,
    Config,
    ConfigError,
    FetchConfig,
    LogConfig,
    MatrixConfig,
    MetricsConfig,
    TelegramConfig,
    WebConfig,
)

__all__ = [
    "DEFAULT_FILE",
    "AdminsConfig",
    "AlertsConfig",
    "Config",
    "ConfigError",
    "FetchConfig",
    "LogConfig",
    "MatrixConfig",
    "MetricsConfig",
    "TelegramConfig",
    "WebConfig",
    "keys",
    "load",
    "postgresql",
]
