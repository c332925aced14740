"""Options are checked one by one, and capabilities say what they mean."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from campctl.backends.sim import factory
from campctl.backends.sim.options import OPTIONS, parse
from campctl.errors import Refused
from campctl.model.live import Rate


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_option_is_documented_and_its_default_is_taken(option: Any) -> None:
    """What the table offers can be said, and its default is a value it takes."""
    assert option.doc.endswith(".")
    parse({option.name: option.default})


@pytest.mark.parametrize(
    ("value", "seconds"), [(0, 0), (0.25, 0.25), ("5ms", 0.005), ("2s", 2), ("1.5s", 1.5), ("3 m", 180), ("1h", 3600), (" 20ms ", 0.02)]
)
def test_durations(value: Any, seconds: float) -> None:
    """A duration is a number of seconds or a text with its unit."""
    assert parse({"latency": value}).latency == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("latency", "soon"),
        ("latency", "-5ms"),
        ("latency", -1),
        ("latency", True),
        ("latency", float("nan")),
        ("latency", "5"),
        ("rate", 0),
        ("rate", "fast"),
        ("rate", float("inf")),
        ("rate", True),
        ("burst", 0),
        ("batch", 0),
        ("batch", 1.5),
        ("batch", True),
        ("concurrency", "none"),
        ("rate_known", "perhaps"),
        ("retry_after", "later"),
        ("unsupported", "line.extension"),
        ("unsupported", "line.colour"),
        ("unsupported", "phone.name"),
        ("max_lines", -1),
        ("fail_calls", "5,zero"),
        ("fail_calls", "0"),
        ("fail_every", -1),
        ("chaos", 1.5),
        ("chaos", "lots"),
        ("restart_loses", "2m"),
        ("down", 3),
        ("colour", "red"),
    ],
)
def test_nonsense_is_refused_by_name(name: str, value: Any) -> None:
    """A value that makes no sense is refused with the option's name, from the factory on."""
    with pytest.raises(Refused) as caught:
        factory.capabilities({name: value})
    assert f"`{name}`" in caught.value.message
    assert caught.value.hint


def test_capabilities_say_what_the_options_mean() -> None:
    """Latency, limits, batch and the rate are told; a rate that is not known is not."""
    options = {"latency": "20ms", "jitter": "10ms", "rate": "100/s", "burst": 5, "batch": 1, "concurrency": 4, "propagation": "2s"}
    able = factory.capabilities({**options, "max_lines": 10, "max_members_per_queue": 3, "rename": "no", "unsupported": ["line.device"]})
    assert able.rate == Rate(100.0, 5)
    assert able.latency == pytest.approx(0.025)
    assert (able.batch, able.concurrency, able.propagation, able.rename) == (1, 4, 2.0, False)
    assert able.limits == {"lines": 10, "members-per-queue": 3}
    assert able.unsupported == {"line": ("device",)}
    assert factory.capabilities({**options, "rate_known": "no"}).rate == Rate()


def test_faults_are_read_from_text_numbers_and_lists() -> None:
    """ "5,17", 5 and [5, 17] all name calls; 5% and 0.05 the same share."""
    assert parse({"fail_calls": "5,17"}).faults.at == {"fail": frozenset({5, 17})}
    assert parse({"fail_calls": 5, "lie_calls": [1, 2]}).faults.at == {"fail": frozenset({5}), "lie": frozenset({1, 2})}
    assert parse({"chaos": "5%"}).faults.chaos == parse({"chaos": 0.05}).faults.chaos
    assert not parse({"fail_calls": "", "fail_every": 0}).faults.active


def test_asking_for_capabilities_loads_neither_sqlite_nor_asyncio() -> None:
    """The factory is light: `validate` asks it without paying for a database."""
    code = (
        "import sys; from campctl.backends.sim import factory; factory.capabilities({'latency': '5ms'});"
        "print(sorted({'sqlite3', 'asyncio', 'hashlib', 'random', 'json'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
