"""`exporter`: pictures as Prometheus metrics (docs/metrics.md).

Names and units are those Prometheus asks for: base units, `_total` for what only grows. Labels are things of the manifests (hotlines,
offices, backends, rules) and short lists of words, never people, numbers or calls, so that there are as many series as there are things.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from msgspec import Struct

from campctl import __version__, errors
from campctl.app.picture import DeskState, HotlineLine, Picture
from campctl.model.alerts import AlertRule
from campctl.model.live import Event
from campctl.model.records import RunStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from campctl.app.watcher import Heard

DESK_STATES: tuple[str, ...] = get_args(DeskState)
RUN_STATUSES: tuple[str, ...] = get_args(RunStatus)
AGENTS = ("free", "ringing", "busy", "paused", "wrap_up", "gone")


class Counts(NamedTuple):
    """What a hotline's exchange counts since its midnight, or since it began to count."""

    answered: float
    abandoned: float
    within: float
    refused: float


ZERO = Counts(0.0, 0.0, 0.0, 0.0)


class Total(Struct, frozen=True):
    """What was counted in all, and what the exchange said last. `offered` never falls either."""

    total: Counts
    last: Counts
    offered: float

    def after(self, line: HotlineLine) -> Total:
        """Add what came since. A figure that is lower than before began anew at zero (midnight, a restart): all of it came since."""
        now = counts(line)
        total = Counts(*(whole + (new - old if new >= old else new) for whole, old, new in zip(self.total, self.last, now, strict=True)))
        return Total(total, now, max(self.offered, total.answered + total.abandoned + line.waiting))


def counts(line: HotlineLine) -> Counts:
    """Of a row. The share is of whole calls, so what was answered in time comes out exactly."""
    within = round((line.level_today or 0.0) * (line.answered + line.abandoned))
    return Counts(float(line.answered), float(line.abandoned), float(within), float(line.refused))


class Shown(Struct, frozen=True):
    """All that a scrape needs, as values: whatever thread asks, nothing changes under it."""

    picture: Picture
    totals: Mapping[str, Total]
    events: Mapping[tuple[str, str], int]
    rules: Sequence[AlertRule]
    overdue: int | None


class Exporter:
    """Follows pictures and events. A collector of prometheus-client: `collect` may be called from any thread."""

    def __init__(self, rules: Callable[[], Sequence[AlertRule]], overdue: Callable[[], int | None] = lambda: None) -> None:
        self._rules = rules
        self._overdue = overdue
        self._totals: dict[str, Total] = {}
        self._events: dict[tuple[str, str], int] = {}
        self._shown: Shown | None = None

    def hear(self, heard: Heard) -> None:
        """Count an event."""
        if isinstance(heard, Event):
            key = (heard.backend, heard.type)
            self._events[key] = self._events.get(key, 0) + 1

    def show(self, picture: Picture) -> None:
        """Take over a picture. Figures of an exchange that is silent are not counted: they are old."""
        for line in picture.hotlines:
            if not line.stale:
                self._totals[line.id] = self._totals.get(line.id, Total(ZERO, ZERO, 0.0)).after(line)
        self._shown = Shown(picture, dict(self._totals), dict(self._events), tuple(self._rules()), self._overdue())

    def collect(self) -> Iterator[Any]:
        """Every metric there is; before the first picture only what campctl is."""
        yield _info("campctl_build", "What campctl this is.", {"version": __version__})
        shown = self._shown
        if shown is not None:
            yield _one("campctl_picture_timestamp_seconds", "When the figures were made.", shown.picture.at.timestamp())
            yield from _backends(shown)
            yield from _hotlines(shown)
            yield from _offices(shown)
            yield from _acts(shown)
            yield from _alerts(shown)


def _backends(shown: Shown) -> Iterator[Any]:
    picture = shown.picture
    up = _gauge("campctl_backend_up", "Whether a backend is heard: 1 live; 0 silent or lost.", "backend")
    age = _gauge("campctl_backend_stale_seconds", "How long ago a backend was last heard.", "backend")
    calls = _gauge("campctl_backend_active_calls", "Calls in progress on a backend, waiting or talking.", "backend")
    gaps = _counter("campctl_backend_gaps", "How often events of a backend were missed.", "backend")
    events = _counter("campctl_backend_events", "Events heard from a backend.", "backend", "type")
    for board in picture.backends:
        up.add_metric([board.name], float(board.health == "live"))
        if board.heard is not None:
            age.add_metric([board.name], max(0.0, (picture.at - board.heard).total_seconds()))
        calls.add_metric([board.name], board.calls)
        gaps.add_metric([board.name], board.gaps)
    for (name, kind), count in sorted(shown.events.items()):
        events.add_metric([name, kind], count)
    yield from (up, age, calls, gaps, events)


_GAUGES: tuple[tuple[str, str, Callable[[HotlineLine], float | None]], ...] = (
    ("campctl_hotline_open", "Whether a hotline is open by its hours.", lambda line: float(line.open)),
    ("campctl_hotline_stale", "Whether its figures are old, as its backend is not heard.", lambda line: float(line.stale)),
    ("campctl_hotline_waiting_callers", "Callers who wait.", lambda line: line.waiting),
    ("campctl_hotline_longest_wait_seconds", "How long the first of them has waited.", lambda line: line.longest_wait),
    ("campctl_hotline_service_level_ratio", "Share of calls answered in time, of the last half hour.", lambda line: line.level_now),
    ("campctl_hotline_service_level_today_ratio", "Share of calls answered in time, today.", lambda line: line.level_today),
    ("campctl_hotline_service_level_target_ratio", "What that share shall be.", lambda line: line.target),
    ("campctl_hotline_seats_seated", "Seats with somebody in them.", lambda line: line.seated),
    ("campctl_hotline_seats_desired", "Seats that manifests, surges and overrides want.", lambda line: line.desired),
    ("campctl_hotline_seats_asked", "Seats that the calls of the last half hour ask for (Erlang).", lambda line: line.asked),
)
_COUNTERS: tuple[tuple[str, str, Callable[[Total], float]], ...] = (
    ("campctl_hotline_calls_offered", "Calls that came in, those that wait included.", lambda total: total.offered),
    ("campctl_hotline_calls_answered", "Calls answered.", lambda total: total.total.answered),
    ("campctl_hotline_calls_answered_within", "Calls answered within the service level.", lambda total: total.total.within),
    ("campctl_hotline_calls_abandoned", "Callers who gave up.", lambda total: total.total.abandoned),
    ("campctl_hotline_calls_refused", "Callers who found it full or closed.", lambda total: total.total.refused),
)


def _hotlines(shown: Shown) -> Iterator[Any]:
    lines = shown.picture.hotlines
    for name, words, value in _GAUGES:
        family = _gauge(name, words, "hotline")
        for line in lines:
            if (found := value(line)) is not None:
                family.add_metric([line.id], found)
        yield family
    for name, words, count in _COUNTERS:
        family = _counter(name, words, "hotline")
        for line in lines:
            if line.id in shown.totals:
                family.add_metric([line.id], count(shown.totals[line.id]))
        yield family
    agents = _gauge("campctl_hotline_agents", "Who answers a hotline, by what they do.", "hotline", "state")
    for line in lines:
        for state in AGENTS:
            agents.add_metric([line.id, state.replace("_", "-")], getattr(line, state))
    yield agents


def _offices(shown: Shown) -> Iterator[Any]:
    desks = _gauge("campctl_office_desks", "Desks of an office, by their state.", "office", "state")
    phones = _gauge("campctl_office_phones_registered", "Phones of an office that are registered.", "office")
    silent = _gauge("campctl_office_silent", "Whether an office has people or lit desks, and no phone registered.", "office")
    for office in shown.picture.offices:
        found = dict.fromkeys(DESK_STATES, 0)
        for cell in office.desks:
            found[cell.state] += 1
        for state, count in found.items():
            desks.add_metric([office.id, state], count)
        phones.add_metric([office.id], office.registered)
        silent.add_metric([office.id], float(office.silent))
    yield from (desks, phones, silent)


def _acts(shown: Shown) -> Iterator[Any]:
    picture = shown.picture
    active = sum(
        line.kind == "override" and line.at <= picture.at and (line.ends is None or line.ends > picture.at) for line in picture.activity
    )
    yield _one("campctl_overrides_active", "Overrides that hold now.", active)
    if shown.overdue is not None:
        yield _one("campctl_overrides_overdue", "Overrides and surges that are over and have not come back.", shown.overdue)
    run = next((line for line in picture.activity if line.kind == "run"), None)
    status = _gauge("campctl_last_run_status", "How the newest run of a plan ended: 1 of the status it has.", "status")
    when = _gauge("campctl_last_run_timestamp_seconds", "When that run ended, or began if it runs.")
    if run is not None:
        when.add_metric([], run.at.timestamp())
        for name in RUN_STATUSES:
            status.add_metric([name], float(name == run.result))
    yield from (when, status)


def _alerts(shown: Shown) -> Iterator[Any]:
    raised = _gauge("campctl_alerts_raised", "Alerts that are raised, by rule.", "rule", "severity")
    for rule in shown.rules:
        raised.add_metric([rule.id, rule.severity], sum(line.rule == rule.id for line in shown.picture.alerts))
    yield raised


def _gauge(name: str, words: str, *labels: str) -> Any:
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(name, words, labels=labels)


def _counter(name: str, words: str, *labels: str) -> Any:
    """Prometheus-client appends `_total`."""
    from prometheus_client.core import CounterMetricFamily

    return CounterMetricFamily(name, words, labels=labels)


def _one(name: str, words: str, value: float) -> Any:
    family = _gauge(name, words)
    family.add_metric([], value)
    return family


def _info(name: str, words: str, value: dict[str, str]) -> Any:
    from prometheus_client.core import InfoMetricFamily

    return InfoMetricFamily(name, words, value=value)


def require_client() -> None:
    """`errors.UsageError` naming the extra where prometheus-client is not installed."""
    try:
        import prometheus_client  # noqa: F401
    except ImportError as error:
        raise errors.UsageError(
            f"The exporter needs prometheus-client, which cannot be loaded: {error}.",
            hint="Install it beside campctl: pip install 'campctl[metrics]'",
        ) from error
