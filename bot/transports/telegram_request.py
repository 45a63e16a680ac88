"""Carries python-telegram-bot's requests over aiohttp, and tells "never left us" from "no answer".

The token is part of every Bot API address, so no exception and no log line made here carries one.
"""

import json
import logging
from typing import Any

import aiohttp
from aiohttp_socks import ProxyConnectionError as ProxyUnreachable
from aiohttp_socks import ProxyConnector, ProxyError, ProxyTimeoutError
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, TelegramObject
from telegram._utils.defaultvalue import DefaultValue  # the type of BaseRequest.DEFAULT_NONE
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.transports.telegram_tokens import without_tokens

_QUIET = ("telegram", "httpx", "httpcore")
_OF_A_MESSAGE = ("message_id", "date", "chat", "photo")
_JSON = {"Content-Type": "application/json"}

Timeout = float | DefaultValue[float] | DefaultValue[None] | None


class NeverSentError(NetworkError):
    """No connection was made, so Telegram has not seen the request: it is safe to repeat."""


class ServerTroubleError(NetworkError):
    """Telegram answered 5xx: it is in trouble itself. `code` is the HTTP status."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the server answered {code}")
        self.code = code


class FloodError(TelegramError):
    """429: too much was sent; nothing more is taken for `seconds`.

    In place of the library's RetryAfter, which warns of its own future whenever it is made.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__("too many messages")
        self.seconds = seconds


class AiohttpRequest(BaseRequest):
    """One aiohttp session for all requests; `proxy` is http://, socks4:// or socks5:// (h), "" for none.

    Times are in seconds. With a proxy, names are resolved by the proxy, as Tor needs it.
    """

    def __init__(
        self, *, proxy: str = "", connections: int = 100, connect_timeout: float = 5, read_timeout: float = 10
    ) -> None:
        self._proxy = proxy.replace("socks5h://", "socks5://", 1)
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._session: aiohttp.ClientSession | None = None
        self.headers: dict[str, str] = {}
        """Of the last answer, names in lower case: among them what time it is at Telegram's."""

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer, if a call does not say otherwise."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open the session; needs the running loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=self._connector(),
                headers={"User-Agent": "Vigil (python-telegram-bot over aiohttp)"},
            )

    async def shutdown(self) -> None:
        """Close the session and its connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _connector(self) -> aiohttp.TCPConnector:
        if self._proxy:
            proxied: aiohttp.TCPConnector = ProxyConnector.from_url(
                self._proxy, rdns=True, limit=self._connections
            )
            return proxied
        return aiohttp.TCPConnector(limit=self._connections)

    async def do_request(  # noqa: PLR0913, PLR0917 - the signature is BaseRequest's
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Timeout = BaseRequest.DEFAULT_NONE,
        write_timeout: Timeout = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - what we write is short
        connect_timeout: Timeout = BaseRequest.DEFAULT_NONE,
        pool_timeout: Timeout = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - part of connecting, here
    ) -> tuple[int, bytes]:
        """Status and body of one request.

        Raises NeverSentError, TimedOut (no answer in time), FloodError, ServerTroubleError or
        NetworkError (the connection broke before the answer).
        """
        await self.initialize()
        session = self._session
        assert session is not None  # noqa: S101 - for the type checker: initialize has just made it
        read = _seconds(read_timeout, self._read_timeout)
        # `connect` covers the wait for a free connection as well as making it.
        connect = _seconds(connect_timeout, self._connect_timeout)
        times = aiohttp.ClientTimeout(
            total=None if read is None or connect is None else read + connect + 1,
            connect=connect,
            sock_connect=connect,
            sock_read=read,
        )
        problem: TelegramError
        try:
            sent, headers = _body(request_data)
            async with session.request(method, url, data=sent, headers=headers, timeout=times) as answer:
                body = await answer.read()
                self.headers = {name.lower(): value for name, value in answer.headers.items()}
        except (aiohttp.ConnectionTimeoutError, ProxyTimeoutError):
            problem = NeverSentError("no connection in time")
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ClientHttpProxyError,
            ProxyError,
            ProxyUnreachable,
        ) as error:
            problem = NeverSentError(f"no connection ({type(error).__name__})")
        except TimeoutError:
            problem = TimedOut("no answer in time")
        except aiohttp.ClientError as error:
            problem = NetworkError(f"the connection broke ({type(error).__name__})")
        except (OSError, ValueError, RuntimeError) as error:
            problem = NetworkError(f"the request failed ({type(error).__name__})")
        else:
            if answer.status != 429 and answer.status < 500:
                return answer.status, body
            problem = _flood(body) if answer.status == 429 else ServerTroubleError(answer.status)
        # Raised out here so that no cause, whose text may hold the address, hangs on it.
        raise problem

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As the base class does, but an answer that is no JSON is not logged: it may quote a chat."""
        try:
            parsed = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            parsed = None
        if not isinstance(parsed, dict):
            raise TelegramError("the server's answer is no JSON object")
        result = parsed.get("result")
        if isinstance(result, dict) and "message_id" in result:
            # Of what we sent this is enough; the library would make objects of every word in bold.
            parsed["result"] = {name: result[name] for name in _OF_A_MESSAGE if name in result}
        return parsed


async def posted(bot: Bot, method: str, said: dict[str, Any]) -> int:
    """Ask for a method whose answer is a message, and return that message's number.

    The library would make objects of all that it answers, which costs as much as to send it does. Raises what
    the library's own methods raise, and NetworkError for an answer that names no message: it may be there.
    """
    told = {name: keys(one) if isinstance(one, InlineKeyboardMarkup) else one for name, one in said.items()}
    answer = await bot._post(method, told)  # noqa: SLF001 - the only way to what was answered
    number = answer.get("message_id") if isinstance(answer, dict) else None
    if not isinstance(number, int):
        raise NetworkError("the answer names no message")
    return number


def keys(markup: InlineKeyboardMarkup) -> dict[str, Any]:
    """The buttons as the Bot API wants them (InlineKeyboardMarkup).

    As the library says it, which looks through each of its objects from bottom to top for every message.
    """
    return {"inline_keyboard": [[_button(one) for one in row] for row in markup.inline_keyboard]}


def _button(button: InlineKeyboardButton) -> dict[str, Any]:
    said = ((name, getattr(button, name)) for name in InlineKeyboardButton.__slots__)
    return {
        name: one.to_dict() if isinstance(one, TelegramObject) else one
        for name, one in said
        if one is not None
    }


class WithoutTokens(logging.Filter):
    """For a handler: takes tokens out of every record that passes, message and traceback alike."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record where it must; let every record pass."""
        record.msg, record.args = without_tokens(record.getMessage()), None
        if record.exc_info:
            record.exc_text = without_tokens(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True


def hush_libraries() -> None:
    """Let the libraries below log warnings only: at finer levels they write addresses and texts."""
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
        if not any(isinstance(one, WithoutTokens) for one in logging.getLogger(name).filters):
            logging.getLogger(name).addFilter(WithoutTokens())


def _flood(body: bytes) -> FloodError:
    """How long to wait: `parameters.retry_after` (Bot API, ResponseParameters), else a cautious guess."""
    try:
        return FloodError(float(json.loads(body)["parameters"]["retry_after"]))
    except (ValueError, KeyError, TypeError):
        return FloodError(30)


def _seconds(asked: Timeout, usual: float) -> float | None:
    return usual if isinstance(asked, DefaultValue) else asked


def _body(data: RequestData | None) -> tuple[aiohttp.FormData | bytes | None, dict[str, str] | None]:
    """As JSON, which needs no quoting of letters that are not Latin; files as a form."""
    if data is None:
        return None, None
    if not data.contains_files:
        return data.json_payload, _JSON
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form, None
