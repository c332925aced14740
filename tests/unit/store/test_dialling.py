"""A connection that could not be made leaves nothing behind."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import psycopg
import pytest

from campctl.model.stores import read_url
from campctl.store.dialling import Target


class HalfMade:
    """What an attempt holds: a socket."""


def test_a_failed_attempt_is_let_go_without_the_garbage_collector() -> None:
    """Although the error keeps the frames that keep the error: else a frozen server's sockets stay open."""
    held: list[weakref.ref[HalfMade]] = []

    class Kind:
        @staticmethod
        def connect(_: str, **__: Any) -> Any:
            half = HalfMade()
            held.append(weakref.ref(half))
            error = psycopg.OperationalError("no answer")
            raise error

    gc.disable()
    try:
        with pytest.raises(psycopg.OperationalError, match="no answer"):
            Target(read_url("postgresql://campctl@127.0.0.1/x"), lambda _: "secret", {}).dial(Kind, {})  # type: ignore[type-var]
        assert held[0]() is None
    finally:
        gc.enable()
