"""Telling by webhook: one signed POST, as Standard Webhooks has it (headers webhook-id, webhook-timestamp, webhook-signature).

    webhook-signature = "v1," + base64(HMAC-SHA256(key, "{webhook-id}.{webhook-timestamp}.{body}"))

The key is the secret's bytes; of one that begins with `whsec_`, the base64 behind it. https is verified always; plain http goes to
this machine only. Redirects are not followed: the signature would go to somebody nobody named. Of the answer only the status is read.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from campctl import __version__, errors
from campctl.app.alert_sending import Outcome
from campctl.model.alerts import insecure

if TYPE_CHECKING:
    import httpx

    from campctl.app.alert_messages import Message
    from campctl.model.alerts import Notifier
    from campctl.ports.clock import Clock

AGAIN = frozenset({408, 425, 429})
"""Statuses below 500 after which it is tried again."""
PATIENCE = 60.0
"""Seconds of Retry-After that are waited for at the most."""


class Webhook:
    """One receiver. `secret` gives its secrets by name (`url` where the address is one, `signing`), asked for at each message."""

    def __init__(self, notifier: Notifier, secret: Callable[[str], str], clock: Clock) -> None:
        self._notifier = notifier
        self._secret = secret
        self._clock = clock
        self._client: httpx.AsyncClient | None = None

    async def send(self, message: Message) -> Outcome:
        """One try. Never raises for what a receiver or the network does."""
        import httpx

        try:
            url, key = await asyncio.to_thread(self._secrets)
        except errors.SecretError as error:
            return Outcome(ok=False, words=error.message)
        if why := insecure(url):
            return Outcome(ok=False, words=f"not told: {why}")
        headers = {"content-type": "application/json", "user-agent": f"campctl/{__version__}", "webhook-id": message.id}
        stamp = str(int(self._clock.now().timestamp()))
        headers["webhook-timestamp"] = stamp
        if key:
            headers["webhook-signature"] = signature(key, message.id, stamp, message.body)
        try:
            async with asyncio.timeout(self._notifier.timeout):
                client = self._client = self._client or _client(url)
                async with client.stream("POST", url, content=message.body, headers=headers) as response:
                    return self._judge(response.status_code, response.headers.get("retry-after", ""))
        except TimeoutError:
            return Outcome(ok=False, words=f"did not answer within {self._notifier.timeout:g} s", again=True)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            return _failed(error)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            await self._client.aclose()

    def _secrets(self) -> tuple[str, bytes]:
        url = self._notifier.webhook if not self._notifier.has_secret_url else self._secret("url").strip()
        return url, key_of(self._secret("signing")) if self._notifier.sign else b""

    def _judge(self, status: int, retry_after: str) -> Outcome:
        if 200 <= status < 300:
            return Outcome(ok=True, words=f"told (answered {status})")
        if 300 <= status < 400:
            return Outcome(ok=False, words=f"answered {status}: redirects are not followed; write the address it leads to")
        again = status in AGAIN or status >= 500
        return Outcome(ok=False, words=f"answered {status}", again=again, wait=self._wait(retry_after) if again else None)

    def _wait(self, retry_after: str) -> float | None:
        """Seconds a receiver asks for, as a number or a date; None when it does not, or not so that it can be read."""
        if retry_after.strip().isdecimal() and len(retry_after) < 10:
            return min(float(retry_after), PATIENCE)
        try:
            at = parsedate_to_datetime(retry_after)
        except (ValueError, TypeError):
            return None
        if at.tzinfo is None:
            return None
        return min(max(0.0, (at - self._clock.now()).total_seconds()), PATIENCE)


def signature(key: bytes, id_: str, stamp: str, body: bytes) -> str:
    """`v1,` and the HMAC, in base64."""
    digest = hmac.new(key, f"{id_}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def key_of(secret: str) -> bytes:
    """The key of a secret: the base64 behind `whsec_`, else the text itself. `errors.SecretError` when it cannot be one."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raise errors.SecretError(
            "A signing secret that begins with `whsec_` goes on in base64, and this one does not.", hint="Copy it again, whole."
        ) from None


def _client(url: str) -> httpx.AsyncClient:
    """A client that verifies, follows nothing, keeps no connection open; what goes to this machine goes by no proxy."""
    import httpx

    here = urlsplit(url).scheme == "http"
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    return httpx.AsyncClient(follow_redirects=False, timeout=None, limits=limits, trust_env=not here)  # noqa: S113 - asyncio.timeout holds


def _failed(error: Exception) -> Outcome:
    """In words. A certificate that is wrong stays wrong."""
    words = str(error) or type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in words:
        why = words.partition("certificate verify failed: ")[2].partition(" (_ssl")[0] or "not trusted"
        return Outcome(ok=False, words=f"its certificate cannot be verified ({why}); nothing was sent")
    return Outcome(ok=False, words=f"was not reached: {words}", again=True)
