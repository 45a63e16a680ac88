"""Reads the tables of the two built-in servers: [web], which the public may reach, and [metrics]."""

from urllib.parse import urlsplit

from bot.config.reader import Reader, is_base
from bot.config.settings import Config, MetricsConfig, WebConfig

_TELEGRAM_PORTS = (443, 80, 88, 8443)


def read_web(web: Reader) -> WebConfig:
    """The table [web]."""
    listen = _read_listen(web, "127.0.0.1:8080")
    url = web.address("public_url").rstrip("/")
    web.checked("public_url", url, is_base, 'give the address of the proxy, as "https://vigil.example.org"')
    web.unknown()
    return WebConfig(listen, url)


def read_metrics(metrics: Reader) -> MetricsConfig:
    """The table [metrics]."""
    made = MetricsConfig(_read_listen(metrics, "127.0.0.1:9464"))
    metrics.unknown()
    return made


def check_servers(reader: Reader, config: Config) -> None:
    """What the tables of the two servers must not be together, or beside [fetch] and [telegram]."""
    web = config.web
    if config.telegram and config.telegram.webhook:
        _check_webhook(reader, web)
    if web and web.public_url.startswith("http://") and not config.fetch.allow_private:
        remedy = "give an https:// address: who could read what hubs are told could push in their name"
        reader.fault("web.public_url", "is not secure", remedy)
    if web and config.metrics and web.listen == config.metrics.listen and web.listen[1]:
        remedy = "give it a port of its own, which no proxy passes on"
        reader.fault("metrics.listen", "is the address of [web]", remedy)


def _check_webhook(reader: Reader, web: WebConfig | None) -> None:
    """Where Telegram brings updates to (Bot API, setWebhook): an address of ours, on one of four ports."""
    if web is None or not web.public_url:
        remedy = 'give `public_url` under [web], where Telegram reaches us; or set mode = "polling"'
        reader.fault("telegram.mode", 'is "webhook", and [web] has no public_url', remedy)
        return
    parts = urlsplit(web.public_url)
    if (parts.port or 443) not in _TELEGRAM_PORTS and not _is_here(parts.hostname or ""):
        ports = ", ".join(map(str, _TELEGRAM_PORTS))
        reader.fault("web.public_url", "has a port that Telegram does not know", f"use one of {ports}")


def _is_here(host: str) -> bool:
    """Whether a host is this machine: only tests reach us so."""
    return host == "localhost" or host.startswith("127.") or host == "::1"


def _read_listen(table: Reader, default: str) -> tuple[str, int]:
    text = table.text("listen", default)
    found = _listens(text)
    if found is None:
        table.fault("listen", f'is "{text}"', f'give a host and a port, as "{default}" or "[::1]:8080"')
    return found or ("127.0.0.1", 0)  # a port that is none: the fault has been told


def _listens(text: str) -> tuple[str, int] | None:
    """Host and port, both said: not 0, which means another one each time."""
    try:
        parts = urlsplit(f"//{text}")
        said = (parts.hostname, parts.port)
    except ValueError:
        return None
    host, port = said
    return (host, port) if host and port and parts.netloc == text and "@" not in text else None
