"""The language, as one table: every field of every noun, its kind, whether it must stand, its default, what it means.

Decoding, the JSON Schema (`campctl schema`) and docs/manifest.md are all made from it, so a new field is one line here
(and an attribute in `model.campaign`).
"""

from __future__ import annotations

from typing import Any

from campctl.manifest.alert_fields import ALERT, NOTIFIER, SOURCE
from campctl.manifest.combine import WORDS, choice, either, integer, list_of, map_of
from campctl.manifest.decode import options_kind, table
from campctl.manifest.forecasts import CALLS_FILE, FIGURE, SHAPE
from campctl.manifest.kinds import (
    BOOLEAN,
    CONTACT,
    CURRENCY,
    DURATION,
    EXTENSION,
    HOURS,
    ID,
    INSTANT,
    LABEL,
    MONEY,
    NUMBER,
    RANGE,
    RING_TIME,
    SEAT_CHANGE,
    SHARE,
    STORE,
    TAG,
    TARGET,
    TEXT,
    ZONE,
    former,
    from_text,
)
from campctl.manifest.nouns import Field, Noun
from campctl.manifest.problems import Bad
from campctl.manifest.shifts import SHIFTS
from campctl.manifest.units import extensions, labels
from campctl.model.campaign import (
    PERMISSIONS,
    Address,
    Answer,
    Autoscale,
    Escalation,
    Expected,
    Freeze,
    Office,
    Policy,
    Prices,
    Service,
    SurgePorts,
    User,
    Volume,
)

PERMISSION = choice(*PERMISSIONS)
STRATEGY = choice("longest-idle", "ring-all", "round-robin", "fewest-calls", "random")
COUNT = integer(0, 100_000)
CALLS = integer(0, 5_000_000)
_LABELS_ONE = from_text("desks", labels, "a desk or a range of desks", {"type": ["string", "integer"]}, "desks: `a001-a016` or `front`")
_EXTENSIONS_ONE = from_text("extensions", extensions, "an extension or a range", RANGE.schema, RANGE.written)
DESKS = either(list_of(_LABELS_ONE, flat=True), _LABELS_ONE, tuple)
BANK_EXTENSIONS = either(list_of(_EXTENSIONS_ONE, flat=True), _EXTENSIONS_ONE, tuple)


def _country(text: str) -> str:
    if len(text) == 2 and text.isascii() and text.isupper():
        return text
    help_ = f"Write `{text.upper()}`." if len(text) == 2 and text.isascii() and text.isalpha() else "Write `US` for the United States."
    raise Bad("bad-country", f"`{text}` is not a two-letter country code.", help_)


def _autoscale(values: dict[str, Any]) -> Bad | None:
    every, hold = values.get("every", Autoscale().every), values.get("hold", Autoscale().hold)
    if not 5 <= every <= 3600:
        return Bad("out-of-range", "The autopilot looks every 5 seconds at the most, and every hour at the least.", "Write `30s` or `1m`.")
    if not max(60, 2 * every) <= hold <= 86_400:
        why = "Seats that are given back sooner than after a minute, or after two looks, would go up and down with every caller."
        return Bad("out-of-range", why if hold < 86_400 else "A `hold` of more than a day would never end.", "Write `hold: 10m`.")
    return None


def _escalation(values: dict[str, Any]) -> Bad | None:
    if ("to" in values) == ("answer" in values):
        both = "both" if "to" in values else "neither"
        help_ = "Write `to` when the call goes elsewhere, or `answer` and `seats` when more people join in; not both."
        return Bad("bad-combination", f"This step has {both} of `to` and `answer`, so it does not say what happens.", help_)
    return None


def _forecast(values: dict[str, Any]) -> Bad | None:
    if "length" in values and not 60 <= values["length"] <= 86_400:
        return Bad("out-of-range", "An interval lasts from a minute to a day.", "Write `15m`, `30m` or `1h`.")
    return None


def _service(values: dict[str, Any]) -> Bad | None:
    if values.get("max_occupancy", 1.0) <= 0:
        return Bad("out-of-range", "With `max_occupancy: 0%` nobody would ever answer a call.", "Write a share such as `90%`.")
    if values.get("shrinkage", 0.0) >= 1:
        return Bad("out-of-range", "With `shrinkage: 100%` nobody called in would ever sit there.", "Write a share such as `15%`.")
    return None


def _surge_ports(values: dict[str, Any]) -> Bad | None:
    if ("desks" in values) == ("any" in values):
        both = "both" if "any" in values else "neither"
        help_ = "Write `desks: a001-a004` for certain desks, or `any: 4` for any so many."
        return Bad("bad-combination", f"This has {both} of `desks` and `any`, so it does not say which ports light up.", help_)
    return None


COUNTRY = from_text("country", _country, "a country code", {"type": "string", "pattern": "^[A-Z]{2}$"}, "ISO 3166 code: `US`")

ADDRESS = Noun(
    "address",
    "A dispatchable location: what a 911 call from there tells the dispatcher.",
    (
        Field("street", LABEL, "Street and house number.", "1 Example Plaza"),
        Field("city", TEXT, "City.", "Chicago"),
        Field("state", TEXT, "State or province, as its short form.", "IL"),
        Field("postal_code", LABEL, "Postal code; quote it.", '"60601"'),
        Field("country", COUNTRY, "ISO 3166 code.", "US", default="the campaign's"),
        Field("building", LABEL, "Building, where the street address has several.", "North tower"),
        Field("floor", LABEL, "Floor.", '"3"'),
        Field("room", LABEL, "Room.", "Hall A"),
    ),
    Address,
)
FREEZE = Noun(
    "freeze",
    "A window in which nothing is changed but what `allow` names.",
    (
        Field("name", ID, "What it is called in messages.", "election-day", required=True, attr="id"),
        Field("from", INSTANT, "Its beginning.", "2026-11-03T05:00", required=True, attr="start"),
        Field("until", INSTANT, "Its end, not included.", "2026-11-04T00:00", required=True, attr="end"),
        Field(
            "allow",
            list_of(LABEL),
            "Verbs, or things such as `hotline/main`, that may change all the same.",
            "[light, darken, seat, scale, route]",
        ),
        Field("reason", TEXT, "Shown to whoever is refused.", "polls are open"),
    ),
    Freeze,
)
POLICY = Noun(
    "policy",
    "Guardrails on plans.",
    (
        Field("max_update_share", SHARE, "The most that one plan may change of what campctl manages.", "30%", default="30%"),
        Field("max_delete_share", SHARE, "The most that one plan may delete.", "10%", default="10%"),
        Field("minimum_sample", integer(1, 1_000_000), "Shares count from so many resources on.", "20", default="20"),
        Field("protected", list_of(LABEL), "What no plan touches without a flag and a reason.", "[hotline/main]"),
        Field("freezes", list_of(table(FREEZE)), "Windows without changes.", "[]"),
    ),
    Policy,
)
DEFAULTS = Noun(
    "defaults",
    "What holds for everyone who does not say otherwise.",
    (Field("permission", PERMISSION, "How far users may call.", "national", default="national"),),
)
PRICES = Noun(
    "prices",
    "What one backend costs (docs/cost.md); what is not written costs nothing.",
    (
        Field("line_per_month", MONEY, "A line, lit or dark.", "8.00"),
        Field("number_per_month", MONEY, "A number.", "1.15"),
        Field("minute", MONEY, "A minute of a hotline's call.", "0.0085"),
        Field("seat_per_day", MONEY, "A seat of a hotline that comes for a day.", "4.00"),
        Field("seat_per_month", MONEY, "A seat of a hotline that stands all month.", "60.00"),
        Field("currency", CURRENCY, "ISO 4217 code.", "USD", default="USD"),
    ),
    Prices,
)
CAMPAIGN = Noun(
    "campaign",
    "The campaign itself. It stands once.",
    (
        Field("name", TEXT, "Its name, for people.", "Quickstart for Everyone", required=True),
        Field("country", COUNTRY, "ISO 3166 code: the region of phone numbers written without `+`.", "US", default="US"),
        Field("time_zone", ZONE, "The zone of times that do not say otherwise.", "America/Chicago", required=True),
        Field("main_number", NUMBER, "Shown to the called where nothing else is said.", '"+13125550100"'),
        Field(
            "backend", ID, "The backend of offices and hotlines that name none.", "local", default="the only one", attr="default_backend"
        ),
        Field(
            "backends",
            map_of(ID, options_kind()),
            "The telephony systems: name to `type` and options.",
            "{ local: { type: sim } }",
            required=True,
        ),
        Field("store", STORE, "Where campctl keeps its records (docs/shared-store.md).", ".campctl", default=".campctl"),
        Field("defaults", table(DEFAULTS), "What holds where nothing else is said.", "{ permission: national }"),
        Field("prices", map_of(ID, table(PRICES)), "What things cost: backend to prices.", "{ local: { seat_per_day: 4.00 } }"),
        Field("policy", table(POLICY), "Guardrails.", "{ max_delete_share: 10% }"),
        Field(
            "notify",
            map_of(ID, table(NOTIFIER)),
            "Who is told of alerts: name to a command or a webhook.",
            "{ war-room: { webhook: https://hooks.example.org/campctl } }",
        ),
    ),
)
OFFICE = Noun(
    "offices",
    "A place: dispatchable address, time zone, extensions, backend.",
    (
        Field("name", TEXT, "Its name, for people.", "Chicago headquarters", default="its id"),
        Field(
            "address",
            table(ADDRESS),
            "Where 911 sends help to.",
            '{ street: 1 Example Plaza, city: Chicago, state: IL, postal_code: "60601" }',
        ),
        Field("time_zone", ZONE, "Its time zone.", "America/Chicago", default="the campaign's"),
        Field("extensions", list_of(RANGE), "The ranges the extensions of its people and ports lie in.", "[3000-3199, 3500]"),
        Field("backend", ID, "The backend its lines are on.", "local", default="the campaign's"),
        Field("caller_id", NUMBER, "Shown for people without a number of their own.", '"+13125550100"', default="the main number"),
        Field("notify_911", list_of(CONTACT), "Who is told of a 911 call from here.", '["+13125550101", security@example.org]'),
        Field("renamed_from", former("location"), "The id it had before, or `location/ID`: what its exchange calls it.", "chicago"),
    ),
    Office,
)
_ON = Field("backend", ID, "The backend the line is on, while the office moves from one to another.", "new-pbx", default="its office's")
_ALSO_ON = Field("also_on", ID, "A second line there, with the same extension, while the phone is being re-pointed.", "new-pbx")
USER = Noun(
    "users",
    "A person.",
    (
        Field("name", TEXT, "Their name.", "Ann Lee", required=True),
        Field("office", ID, "The office they belong to.", "chicago-hq", required=True),
        Field("extension", EXTENSION, "Their extension.", "3001", required=True),
        Field("number", NUMBER, "Their direct number (DID).", '"+13125550111"'),
        Field("role", TAG, "What they do.", "field-director"),
        Field("skills", WORDS, "What they can answer for.", "[voter-protection]"),
        Field("languages", WORDS, "What they speak.", "[en, es]"),
        Field("shifts", SHIFTS, "When they are there to answer.", '["2026-11-03T06:00/14:00"]', default="at any time"),
        Field("permission", PERMISSION, "How far they may call.", "national", default="the campaign's"),
        Field("floor", LABEL, "Refines the office's address.", '"3"'),
        Field("room", LABEL, "Refines the office's address.", "Room 310"),
        Field("renamed_from", former("line"), "The id they had before, or `line/ID`: what their exchange calls the phone.", "anne.lee"),
        _ON,
        _ALSO_ON,
    ),
    User,
    roster=True,
)
PORT = Noun(
    "ports",
    "A desk with a phone or jack, or a bank of them; the id is only a label.",
    (
        Field("office", ID, "The office it is in.", "chicago-hq", required=True),
        Field("desk", LABEL, "The desk; instead of `desks`.", "front"),
        Field("desks", DESKS, "The desks of a bank.", "a001-a016"),
        Field("extension", EXTENSION, "The extension; instead of `extensions`.", "3050"),
        Field("extensions", BANK_EXTENSIONS, "The extensions of a bank, as many as desks.", "3100-3115"),
        Field("device", TEXT, "The phone's model.", "poly-vvx"),
        Field("floor", LABEL, "Refines the office's address.", '"3"'),
        Field("room", LABEL, "Refines the office's address.", "Hall A"),
        Field("state", choice("dark", "lit"), "Whether it is in service outside surges.", "dark", default="dark"),
        Field("user", ID, "Who sits there.", "ann.lee"),
        Field("hotline", ID, "What it answers when lit.", "voter-protection"),
        Field("permission", PERMISSION, "How far it may call.", "internal", default="internal"),
        Field("renamed_from", LABEL, "The `office/desk` it was before, or `line/ID`: what its exchange calls it.", "chicago-hq/a017"),
        _ON,
        _ALSO_ON,
    ),
    roster=True,
)
NUMBER_NOUN = Noun(
    "numbers",
    "A number the campaign holds; the key is the number.",
    (
        Field("to", TARGET, "What it leads to; nothing while it is held in reserve.", "hotline/main"),
        Field("label", TEXT, "What it is for.", "main number"),
        Field("office", ID, "The office it belongs to.", "chicago-hq"),
    ),
    roster=True,
)
ANSWER = Noun(
    "answer",
    "Who may answer: every list that is given must match.",
    (
        Field("offices", list_of(ID), "People and ports of these offices.", "[chicago-hq]"),
        Field("roles", WORDS, "People with one of these roles.", "[lawyer]"),
        Field("skills", WORDS, "People with one of these skills.", "[voter-protection]"),
        Field("languages", WORDS, "People who speak one of these.", "[es]"),
        Field("users", list_of(ID), "Just these people.", "[ann.lee]"),
        Field("ports", BOOLEAN, "Lit ports too.", "true", default="true"),
    ),
    Answer,
)
SEATS = Noun(
    "seats",
    "How many answer.",
    (
        Field("baseline", COUNT, "Ordinarily.", "4", required=True),
        Field("min", COUNT, "At the least.", "2", default="0"),
        Field("max", COUNT, "At the most.", "12", default="the baseline"),
    ),
)
SERVICE = Noun(
    "service",
    "The service level: the share of calls answered within a time.",
    (
        Field("answer_within", DURATION, "Within so long.", "20s", default="20s"),
        Field("target", SHARE, "So many of them.", "80%", default="80%"),
        Field("max_occupancy", SHARE, "For staffing: people talk at most that share of their time.", "85%", default="90%"),
        Field("shrinkage", SHARE, "For staffing: that share of those called in is on a break, late or absent.", "20%", default="0%"),
    ),
    Service,
    check=_service,
)
ESCALATION = Noun(
    "escalation",
    "After a time of waiting, more people join in (`answer`, `seats`) or the call goes elsewhere (`to`).",
    (
        Field("after", DURATION, "So long after the call came in.", "60s", required=True),
        Field("to", TARGET, "Where the call goes.", "hotline/main"),
        Field("answer", table(ANSWER), "Who joins in.", "{ roles: [lawyer] }"),
        Field("seats", COUNT, "How many join in.", "2"),
    ),
    Escalation,
    check=_escalation,
)
AUTOSCALE = Noun(
    "autoscale",
    "The autopilot (docs/autopilot.md) moves seats between min and max to hold the service target.",
    (
        Field("step", integer(1, 10_000), "So many seats come or go at once, at the most.", "4", default="a tenth of the max"),
        Field("every", DURATION, "How often it looks, and how soon after one move up another may come.", "30s", default="30s"),
        Field("hold", DURATION, "For so long fewer must have been enough before seats are given back.", "10m", default="10m"),
    ),
    Autoscale,
    check=_autoscale,
)
FORECAST = Noun(
    "forecast",
    "Calls by interval, written out. In a CSV file: columns `start`, `calls` and, if you like, `handling`.",
    (
        Field("from", INSTANT, "When the first interval begins; in the hotline's zone.", "2026-11-03T05:00", required=True, attr="start"),
        Field("every", DURATION, "How long an interval is.", "15m", required=True, attr="length"),
        Field("calls", list_of(FIGURE), "Calls in each interval, one after the other.", "[40, 55, 80, 120]", required=True, attr="counts"),
        Field("source", TEXT, "Where the figures come from.", "made up"),
    ),
    Expected,
    check=_forecast,
)
VOLUME = Noun(
    "volume",
    "What is expected to come in.",
    (
        Field("calls_per_day", CALLS, "Calls a day.", "900", default="0"),
        Field("busy_hour_share", SHARE, "The busiest hour's share of them.", "12%", default="12%"),
        Field("handling_time", DURATION, "How long a call takes, with the work after it.", "5m", default="5m"),
        Field("patience", DURATION, "How long callers wait.", "3m", default="3m"),
        Field("source", TEXT, "Where the figures come from.", "made up"),
        Field("shape", SHAPE, "How the calls are spread over a day.", "ordinary", default="ordinary, with the busiest hour's share"),
        Field(
            "forecast",
            either(table(FORECAST), CALLS_FILE, lambda read: read),
            "Calls by interval, where they are known; the name of a CSV file in the campaign's folder, or written out.",
            "{ from: 2026-11-03T05:00, every: 15m, calls: [40, 55] }",
        ),
    ),
    Volume,
)
HOTLINE = Noun(
    "hotlines",
    "A number, or several, that a crowd answers.",
    (
        Field("name", TEXT, "Its name, for people.", "Voter protection", default="its id"),
        Field("numbers", list_of(NUMBER), "Its numbers.", '["+18005550142"]'),
        Field("extension", EXTENSION, "Its extension.", "3900"),
        Field(
            "seats",
            either(table(SEATS), integer(0, 100_000), lambda n: {"baseline": n, "max": n}),
            "How many answer.",
            "{ baseline: 4, min: 2, max: 12 }",
            required=True,
        ),
        Field("answer", table(ANSWER), "Who may answer.", "{ skills: [voter-protection] }", required=True),
        Field("hours", list_of(HOURS, flat=True), "When it is open.", "[mon-fri 08:00-20:00]", default="always"),
        Field("time_zone", ZONE, "The zone of its hours.", "America/New_York", default="the campaign's"),
        Field("backend", ID, "The backend its queue is on.", "local", default="the campaign's"),
        Field("service", table(SERVICE), "The service level.", "{ answer_within: 20s, target: 80% }"),
        Field("priority", integer(0, 100), "Higher ones are staffed first.", "90", default="50"),
        Field("strategy", STRATEGY, "Whose phone rings first.", "longest-idle", default="longest-idle"),
        Field("max_waiting", COUNT, "Callers who may wait at once; 0: any number.", "50", default="100"),
        Field("max_wait", DURATION, "The longest wait; 0s: no limit.", "5m", default="10m"),
        Field("ring_time", RING_TIME, "How long one phone rings.", "15s", default="15s"),
        Field("wrap_up", DURATION, "Pause after a call.", "30s", default="15s"),
        Field("escalation", list_of(table(ESCALATION)), "What happens to those who wait.", "[{ after: 3m, to: hotline/main }]"),
        Field("overflow", TARGET, "Where calls go when it is full, or after the longest wait.", "hotline/main"),
        Field("closed", TARGET, "Where they go outside its hours.", "outside/+13125550190"),
        Field("failover", TARGET, "Where they go when the office is down.", "hotline/main"),
        Field("volume", table(VOLUME), "What is expected to come in.", "{ calls_per_day: 900 }"),
        Field(
            "autoscale",
            either(table(AUTOSCALE), BOOLEAN, lambda on: Autoscale() if on else None),
            "The autopilot moves its seats between min and max, to hold the service target.",
            "{ step: 2, every: 30s, hold: 10m }",
            default="false",
        ),
        Field("renamed_from", former("queue"), "The id it had before, or `queue/ID`: what its exchange calls it.", "election-protection"),
    ),
)
SURGE_PORTS = Noun(
    "ports of a surge",
    "Ports that a surge lights: named `desks`, or `any` so many dark ones.",
    (
        Field("office", ID, "The office they are in.", "chicago-hq", required=True),
        Field("desks", DESKS, "These desks.", "a001-a004"),
        Field("any", integer(1, 100_000), "Any so many dark ones.", "4"),
        Field("hotline", ID, "What they answer.", "voter-protection", default="the port's own"),
    ),
    SurgePorts,
    check=_surge_ports,
)
SURGE = Noun(
    "surges",
    "A named window of time that changes seats and lit ports.",
    (
        Field("name", TEXT, "Its name, for people.", "First debate", default="its id"),
        Field("from", INSTANT, "Its beginning.", "2026-10-13T19:00", required=True, attr="start"),
        Field("until", INSTANT, "Its end, not included.", "2026-10-13T23:30", required=True, attr="end"),
        Field("time_zone", ZONE, "The zone of its times.", "America/New_York", default="the campaign's"),
        Field("seats", map_of(ID, SEAT_CHANGE), "Hotline to seats: `10` in all, `+5` more.", "{ voter-protection: 10, main: +1 }"),
        Field("ports", list_of(table(SURGE_PORTS)), "Ports it lights.", "[{ office: chicago-hq, any: 4 }]"),
        Field("calls", map_of(ID, CALLS), "Hotline to calls expected a day.", "{ voter-protection: 2500 }", attr="volume"),
        Field("shape", SHAPE, "How those calls are spread over a day.", "debate-night", default="the hotline's"),
    ),
)

SECTIONS: dict[str, Noun] = {
    "campaign": CAMPAIGN,
    "offices": OFFICE,
    "users": USER,
    "ports": PORT,
    "numbers": NUMBER_NOUN,
    "hotlines": HOTLINE,
    "surges": SURGE,
    "alerts": ALERT,
}
NOUNS: tuple[Noun, ...] = (
    *SECTIONS.values(),
    ADDRESS,
    FREEZE,
    POLICY,
    PRICES,
    DEFAULTS,
    ANSWER,
    SEATS,
    SERVICE,
    AUTOSCALE,
    ESCALATION,
    VOLUME,
    FORECAST,
    SURGE_PORTS,
    NOTIFIER,
    SOURCE,
)
KEYED = frozenset(SECTIONS) - {"campaign"}
