"""getUpdates and the webhook: how updates reach the bot."""

import re
from typing import Any
from urllib.parse import urlsplit

from tests.emulators.telegram.call import Call, Said
from tests.emulators.telegram.refusals import RefusedError, bad_request
from tests.emulators.telegram.updates import KINDS_BY_DEFAULT
from tests.emulators.telegram.webhook import is_loopback

WEBHOOK_PORTS = (80, 88, 443, 8443)
MOST_CONNECTIONS = 100
CONNECTIONS_BY_DEFAULT = 40
LONGEST_SECRET = 256


async def get_updates(call: Call) -> Any:
    """Long polling."""
    if not call.updates.webhook:
        call.updates.allow(call.json("allowed_updates"))
    return await call.updates.read(call.number("offset"), call.number("limit", 100), call.number("timeout"))


async def set_webhook(call: Call) -> Any:
    """Send updates to an address; without one, or with an empty one, it is deleteWebhook."""
    url = call.text("url")
    if not url:
        return await delete_webhook(call)
    secret, connections = call.text("secret_token"), _connections(call)
    dropping = call.flag("drop_pending_updates")
    hook = call.webhook
    same = (hook.secret, hook.max_connections) == (secret, connections) and not hook.certificate
    if url == call.updates.webhook and same and not dropping and not call.upload("certificate"):
        call.updates.allow(call.json("allowed_updates"))
        return Said(True, "Webhook is already set")
    call.updates.abort_poll()
    hook.set("")  # a new one that is refused leaves none
    if dropping:
        call.updates.drop()
    _check(url, secret)
    call.updates.allow(call.json("allowed_updates"))
    hook.set(url, secret=secret, connections=connections, certificate=bool(call.upload("certificate")))
    return Said(True, "Webhook was set")


async def delete_webhook(call: Call) -> Any:
    """Back to getUpdates."""
    was_set = bool(call.updates.webhook)
    call.webhook.set("")
    if call.flag("drop_pending_updates"):
        call.updates.drop()
    return Said(True, "Webhook was deleted" if was_set else "Webhook is already deleted")


async def get_webhook_info(call: Call) -> Any:
    """What is set, what waits, what went wrong last."""
    hook, url = call.webhook, call.updates.webhook
    info: dict[str, Any] = {
        "url": url,
        "has_custom_certificate": hook.certificate,
        "pending_update_count": len(call.updates.pending),
    }
    if hook.last_error_date:
        info |= {"last_error_date": hook.last_error_date, "last_error_message": hook.last_error_message}
    if url:
        info["max_connections"] = hook.max_connections
        info["ip_address"] = "127.0.0.1" if is_loopback(url) else "<unknown>"
    if call.updates.allowed != KINDS_BY_DEFAULT:
        info["allowed_updates"] = sorted(call.updates.allowed)
    return info


def _connections(call: Call) -> int:
    return min(max(call.number("max_connections", CONNECTIONS_BY_DEFAULT), 1), MOST_CONNECTIONS)


def _check(url: str, secret: str) -> None:
    """What the server demands of an address, and of a secret.

    For loopback it is checked as a server run with --local does: http and any port will do.
    """
    full = url if "://" in url else f"https://{url}"
    try:
        parts = urlsplit(full)
        port = parts.port or {"http": 80}.get(parts.scheme, 443)
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_request("invalid webhook URL specified")
    if len(secret) > LONGEST_SECRET:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
    if is_loopback(full):
        return
    if parts.scheme == "http":
        raise _bad_webhook("An HTTPS URL must be provided for webhook")
    if port not in WEBHOOK_PORTS:
        raise _bad_webhook("Webhook can be set up only on ports 80, 88, 443 or 8443")


def _bad_webhook(words: str) -> RefusedError:
    return bad_request(f"bad webhook: {words}")
