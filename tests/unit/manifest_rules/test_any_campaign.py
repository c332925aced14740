"""Whatever a broken manifest leaves behind, the rules answer with findings: they never fail, and always say the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campctl.findings.catalogue import CATALOGUE
from campctl.manifest.rules import check
from campctl.model import campaign as m

IDS = st.sampled_from(["", "a", "b", "c"])
KEYS = st.sampled_from(["a", "b", "c"])
TAGS = st.lists(st.sampled_from(["x", "y", "z"]), max_size=2).map(tuple)
NUMBERS = st.sampled_from(["", "+13125550100", "+13125550101", "+18005550142"])
HELD = st.sampled_from(["+13125550100", "+13125550101", "+18005550142"])
EXTENSIONS = st.sampled_from(["", "10", "11", "911", "9115", "1000"])
SMALL = st.integers(0, 5)
BASE = datetime(2026, 3, 8, tzinfo=UTC)
INSTANTS = st.integers(-3, 3).map(lambda hours: BASE + timedelta(hours=hours))
TARGETS = st.one_of(
    st.none(),
    st.builds(m.Target, st.just("hotline"), KEYS),
    st.builds(m.Target, st.just("user"), KEYS),
    st.builds(m.Target, st.just("port"), st.sampled_from(["a/a", "b/c", "x"])),
    st.builds(m.Target, st.just("outside"), HELD),
)
ANSWERS = st.builds(m.Answer, st.lists(IDS, max_size=2).map(tuple), TAGS, TAGS, TAGS, st.lists(IDS, max_size=2).map(tuple), st.booleans())
ESCALATION = st.lists(st.builds(m.Escalation, SMALL, TARGETS, st.one_of(st.none(), ANSWERS), SMALL), max_size=3).map(tuple)
REFS = st.lists(
    st.sampled_from(["", "/", "light", "lihgt", "hotline/a", "hotline/", "desk/a", "number/+13125550100", "port/a/a"]), max_size=3
)
RANGES = st.lists(st.sampled_from([("10", "11"), ("11", "19"), ("1000", "1001"), ("911", "911")]), max_size=2)

OFFICES = st.builds(
    lambda id_, address, backend, ranges, notify, renamed, caller: m.Office(
        id_, "", address, "", backend, tuple(m.ExtensionRange(*span) for span in ranges), caller, notify, renamed
    ),
    KEYS,
    st.builds(
        m.Address, st.sampled_from(["", " ", "1 Street"]), IDS, IDS, st.sampled_from(["", "1", "60601-", "٠١٢٣٤"]), IDS, IDS, IDS, IDS
    ),
    IDS,
    RANGES,
    TAGS,
    IDS,
    NUMBERS,
)
USERS = st.builds(m.User, KEYS, IDS, IDS, EXTENSIONS, NUMBERS, IDS, TAGS, TAGS, renamed_from=IDS)
PORTS = st.builds(
    m.Port, IDS, IDS, EXTENSIONS, lit=st.booleans(), user=IDS, hotline=IDS, permission=st.sampled_from(m.PERMISSIONS), renamed_from=IDS
)
HOURS = st.builds(m.HoursRule, st.lists(st.integers(0, 6), max_size=2).map(tuple), st.integers(0, 1440), st.integers(0, 1440))
HOTLINES = st.builds(
    m.Hotline,
    KEYS,
    IDS,
    st.builds(m.Seats, SMALL, SMALL, SMALL),
    ANSWERS,
    numbers=st.lists(HELD, max_size=2).map(tuple),
    extension=EXTENSIONS,
    backend=IDS,
    hours=st.lists(HOURS, max_size=3).map(tuple),
    max_wait=SMALL,
    overflow=TARGETS,
    closed=TARGETS,
    failover=TARGETS,
    escalation=ESCALATION,
    renamed_from=IDS,
)
SURGES = st.builds(
    m.Surge,
    KEYS,
    IDS,
    INSTANTS,
    INSTANTS,
    st.sampled_from(["", "UTC", "America/Chicago", "../etc", "Nowhere/None"]),
    st.dictionaries(KEYS, st.builds(m.SeatChange, st.integers(-9, 9), st.booleans()), max_size=2),
    st.lists(st.builds(m.SurgePorts, IDS, st.lists(IDS, max_size=2).map(tuple), SMALL, IDS), max_size=2).map(tuple),
    st.dictionaries(KEYS, SMALL, max_size=2),
)
FREEZES = st.builds(m.Freeze, IDS, INSTANTS, INSTANTS, REFS.map(tuple))


def keyed(things: st.SearchStrategy[object], key: str = "id") -> st.SearchStrategy[dict[str, object]]:
    return st.lists(things, max_size=4).map(lambda found: {getattr(thing, key): thing for thing in found})


CAMPAIGNS = st.builds(
    m.Campaign,
    IDS,
    st.sampled_from(["US", "FR", ""]),
    st.sampled_from(["", "America/Chicago"]),
    IDS,
    NUMBERS,
    policy=st.builds(m.Policy, protected=REFS.map(tuple), freezes=st.lists(FREEZES, max_size=2).map(tuple)),
    backends=st.dictionaries(KEYS, st.just(m.BackendSpec("a", "sim")), max_size=2),
    offices=keyed(OFFICES),
    users=keyed(USERS),
    ports=keyed(PORTS),
    numbers=keyed(st.builds(m.Number, HELD, TARGETS, IDS, IDS), "number"),
    hotlines=keyed(HOTLINES),
    surges=keyed(SURGES),
)


@given(CAMPAIGNS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rules_never_fail_and_are_deterministic(campaign: m.Campaign) -> None:
    """Any campaign, however inconsistent, has findings with words, a known code and a place; the same twice."""
    findings = check(campaign)
    assert findings == check(campaign)
    for found in findings:
        assert found.code in CATALOGUE
        assert found.detail
        assert found.help
        assert found.at is not None
        assert found.at.section in {"campaign", "offices", "users", "ports", "numbers", "hotlines", "surges"}
