"""From decoded entries to the campaign: defaults filled in, banks of desks spread out, ids that stand twice found."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from campctl.findings import Related, Span
from campctl.manifest import phones
from campctl.manifest.alert_fields import rule as alert_rule
from campctl.manifest.decode import decode, use_zone
from campctl.manifest.fields import CAMPAIGN, SECTIONS
from campctl.manifest.kinds import _ID, Context, check_id, check_null, is_plain, text_of, wrong
from campctl.manifest.nodes import Map, Node
from campctl.manifest.problems import Bad
from campctl.manifest.shifts import Written, resolve
from campctl.model.campaign import (
    Address,
    Answer,
    Campaign,
    Hotline,
    Number,
    Office,
    Policy,
    Port,
    Seats,
    Surge,
    User,
)

_LINE, _COLUMN = 20, 24
"""Bits of a packed place: file index, then line, then column."""


class Assembly:
    """The campaign in the making. Entries that come before the `campaign` section wait for it: it holds their defaults."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.files: list[str] = []
        self.values: dict[str, Any] | None = None
        self.sections: dict[str, dict[str, Any]] = {name: {} for name in SECTIONS if name != "campaign"}
        self._places: dict[str, dict[str, int]] = {name: {} for name in (*SECTIONS, "desks")}
        self._waiting: list[tuple[str, str, Any, Node]] = []
        self._permission: Any = "national"
        self._shifts: dict[str, tuple[Written, ...]] = {}
        """Shifts of users, which wait for the time zones of all offices."""
        self._makers = {
            "offices": self._office,
            "users": self._user,
            "numbers": self._number,
            "hotlines": self._hotline,
            "surges": self._surge,
        }

    @property
    def seen(self) -> set[str]:
        """The sections something stands in."""
        return {section for section, places in self._places.items() if places}

    def begin_file(self, file: str) -> None:
        """The entries that follow are of this file."""
        self.ctx.file = file
        self.files.append(file)

    def campaign_section(self, key: Any, node: Node) -> None:
        """The `campaign` section; then everything that waited for it."""
        if self._twice("campaign", "campaign", key):
            return
        ctx = self.ctx
        if node.__class__ is not Map:
            try:
                check_null(ctx, node)
                raise wrong(node, "a mapping with `name`, `time_zone` and `backends`")
            except Bad as bad:
                ctx.bad(bad, key)
            return
        country = getattr(node.items.get("country", (None, None))[1], "value", "")
        ctx.region = country if isinstance(country, str) and len(country) == 2 and country.isupper() else "US"
        use_zone(ctx, node)
        self.values = values = decode(ctx, CAMPAIGN, node, key, ("campaign", ""))
        values["notify"] = {name: replace(one, name=name) for name, one in values.get("notify", {}).items()}
        values["backends"] = {name: replace(spec, name=name) for name, spec in values.get("backends", {}).items()}
        if "default_backend" not in values:
            names = list(values["backends"])
            values["default_backend"] = names[0] if names else ""
            if len(names) > 1:
                ctx.add(
                    "missing-key",
                    f"There are {len(names)} backends, and `backend` does not say which one offices use that name none.",
                    key,
                    help=f"Add `backend: {names[0]}`, or another one of them.",
                )
        self._permission = values.pop("defaults", {}).get("permission", "national")
        self.release()

    def release(self) -> None:
        """Take in what waited for the campaign section."""
        file, waiting = self.ctx.file, self._waiting
        self._waiting = []
        for waiting_file, section, key, node in waiting:
            self.ctx.file = waiting_file
            self._take(section, key, node)
        self.ctx.file = file

    def entry(self, section: str, key: Any, node: Node) -> None:
        """One entry of a section."""
        if self.values is None:
            self._waiting.append((self.ctx.file, section, key, node))
        else:
            self._take(section, key, node)

    def _take(self, section: str, key: Any, node: Node) -> None:
        ctx = self.ctx
        try:
            name = key.value
            if section == "numbers":
                name = _number_key(ctx, key)
            elif not (_ID.match(name) and is_plain(name)):
                name = check_id(ctx, key)
        except Bad as bad:
            ctx.bad(bad, key)
            name = str(key.value)
            if bad.code != "bad-id" or not name or name in self._places[section]:
                return
        # The id of a bank is only a label, and a row of a roster has none.
        if not (section == "ports" and key.style == "csv") and self._twice(section, name, key):
            return
        if node.__class__ is not Map:
            if section == "numbers" and not getattr(node, "style", None) and getattr(node, "value", None) == "":
                self.sections[section][name] = Number(name)  # a number alone is held in reserve
                return
            noun = SECTIONS[section]
            try:
                check_null(ctx, node)
                raise wrong(node, f"a mapping with {', '.join(f'`{field.name}`' for field in noun.fields[:3])}")
            except Bad as bad:
                ctx.bad(bad, key if not getattr(node, "value", None) else node)
            return
        zone = ctx.zone_name
        if section in {"surges", "hotlines"}:
            use_zone(ctx, node)
        values = decode(ctx, SECTIONS[section], node, key, (section, name))
        ctx.zone_name = zone
        if section == "ports":
            self._port(values, key, node)
        elif section == "alerts":
            rule = alert_rule(ctx, name, values, node)
            self.sections[section] |= {name: rule} if rule is not None else {}
        else:
            self._makers[section](name, values)

    def _twice(self, section: str, name: str, key: Any, what: str = "") -> bool:
        """Whether an id stands already (then reported, with the first place); else it is remembered."""
        places = self._places[section]
        packed = places.get(name)
        ctx = self.ctx
        if packed is None:
            if key.style == "csv":
                line, column = key.line, 1
            else:
                mark = key.start_mark
                line, column = mark.line + 1, mark.column + 1
            places[name] = self._file_index() | line << _LINE | column
            return False
        file = self.files[packed >> 44]
        line, column = packed >> _LINE & (1 << _COLUMN) - 1, packed & (1 << _LINE) - 1
        first = Span(file, line, column, column + len(name) if file == ctx.file else 0)
        related = (Related("first written here", span=first),)
        place = f"on line {line}" if file == ctx.file else f"in {file}:{line}"
        ctx.add(
            "duplicate-desk" if what else "duplicate-key" if file == ctx.file and key.style != "csv" else "duplicate-id",
            f"{what}`{name}` is already written {place}; campctl goes on with the first.",
            key,
            help="Remove one of the two, or rename it.",
            related=related,
        )
        return True

    def _file_index(self) -> int:
        """The present file's part of a packed place."""
        files, file = self.files, self.ctx.file
        return (len(files) - 1 if file is files[-1] else files.index(file)) << 44

    def _office(self, name: str, values: dict[str, Any]) -> None:
        campaign = self.values or {}
        address = values.get("address")
        if address is not None and not address.country:
            values["address"] = replace(address, country=campaign.get("country", "US"))
        base = {
            "name": name,
            "address": Address(),
            "time_zone": campaign.get("time_zone", "UTC"),
            "backend": campaign.get("default_backend", ""),
            "caller_id": campaign.get("main_number", ""),
        }
        self.sections["offices"][name] = Office(id=name, **{**base, **values})

    def _user(self, name: str, values: dict[str, Any]) -> None:
        if len(values) < 3 or "name" not in values or "office" not in values or "extension" not in values:
            values = {"name": name, "office": "", "extension": "", **values}
        if "permission" not in values:
            values["permission"] = self._permission
        if "shifts" in values:
            self._shifts[name] = values.pop("shifts")
        self.sections["users"][name] = User(name, **values)

    def _port(self, values: dict[str, Any], key: Any, node: Node) -> None:
        ctx = self.ctx
        office = values.pop("office", "")
        desks = self._one_or_many(values, "desk", "desks", key, node)
        extensions = self._one_or_many(values, "extension", "extensions", key, node)
        if desks and extensions and len(desks) != len(extensions):
            ctx.add(
                "unequal-ranges",
                f"There are {len(desks):,} desks and {len(extensions):,} extensions; each desk needs one of its own.",
                node.items["extensions" if "extensions" in node.items else "extension"][1],
                help="Make the two ranges equally long.",
            )
        if len(desks) > 1 and values.get("user"):
            ctx.add(
                "bad-combination",
                f"`user` says who sits at one desk, and these are {len(desks):,}.",
                node.items["user"][1],
                help=_OWN_ENTRY,
            )
            del values["user"]
        values["lit"] = values.pop("state", "dark") == "lit"
        if not office:
            return
        ports = self.sections["ports"]
        for index, desk in enumerate(desks):
            if not _ID.match(desk):
                at = node.items["desks" if "desks" in node.items else "desk"][1]
                ctx.add("bad-id", f"`{desk}` is not a desk's id.", at, help="Desks are lower-case letters, digits, `.`, `-` and `_`.")
                continue
            extension = extensions[index] if index < len(extensions) else ""
            name = f"{office}/{desk}"
            if not extension:
                ctx.bad_refs.add(("ports", name, "extension"))
            if not self._twice("desks", name, key, "Desk "):
                ports[name] = Port(office, desk, extension, **values)

    def _one_or_many(self, values: dict[str, Any], one: str, many: str, key: Any, node: Node) -> tuple[str, ...]:
        single, several = values.pop(one, None), values.pop(many, None)
        if single is not None and several is not None:
            self.ctx.add("bad-combination", f"`{one}` and `{many}` both stand here.", node.items[one][0], help="Keep one of the two.")
        elif one not in node.items and many not in node.items:
            self.ctx.add("missing-key", f"`{one}` (or `{many}`) is missing.", key, help=f"Add `{one}`, or `{many}` for a bank of them.")
        return tuple(several) if several is not None else () if single is None else (single,)

    def _number(self, name: str, values: dict[str, Any]) -> None:
        self.sections["numbers"][name] = Number(name, **values)

    def _hotline(self, name: str, values: dict[str, Any]) -> None:
        seats = values.get("seats") or {}
        baseline = seats.get("baseline", 0)
        values["seats"] = Seats(baseline, seats.get("min", 0), seats.get("max", baseline))
        base = {"name": name, "answer": Answer(), "time_zone": (self.values or {}).get("time_zone", "UTC")}
        self.sections["hotlines"][name] = Hotline(id=name, **{**base, **values})

    def _surge(self, name: str, values: dict[str, Any]) -> None:
        if "start" not in values or "end" not in values:
            return  # a window without an end or a beginning cannot be put on the calendar
        base = {"name": name, "time_zone": (self.values or {}).get("time_zone", "UTC")}
        self.sections["surges"][name] = Surge(id=name, **{**base, **values})

    def campaign(self) -> Campaign | None:
        """The campaign; None when there is no `campaign` section to speak of."""
        if self.values is None:
            self.values = {}
            self.release()
            return None
        base: dict[str, Any] = {"name": "", "country": "US", "time_zone": "UTC", "policy": Policy()}
        self._resolve_shifts()
        values: dict[str, Any] = {**base, **self.values, **self.sections}
        return Campaign(default_permission=self._permission, **values)

    def _resolve_shifts(self) -> None:
        """Shifts are by the clock of the office, wherever that is written."""
        users, offices, file = self.sections["users"], self.sections["offices"], self.ctx.file
        default = (self.values or {}).get("time_zone", "UTC")
        for name, written in self._shifts.items():
            office = offices.get(users[name].office)
            users[name] = replace(users[name], shifts=resolve(self.ctx, name, written, office.time_zone if office else default))
        self.ctx.file = file


def _number_key(ctx: Context, key: Any) -> str:
    return phones.e164(text_of(ctx, key, "a phone number").strip(), ctx.region)


_OWN_ENTRY = "Give that desk an entry of its own."
