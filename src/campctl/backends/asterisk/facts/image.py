"""The exchange as last read, and what changes make of it: validated as `sim` validates, answered with native writes.

    image = Image(facts)                                        # everything `Shelf.read()` gave, of all shelves
    image.resources                                             # what observe() reports
    applied = image.apply(change, limits=..., unsupported=...)  # raises refusals.No(code, sentence): nothing was done
    applied.writes                                              # the difference, in an order that is safe to stop in
    image.undo(applied)                                         # it could not be written; the last one not undone first

Later changes see earlier ones. When it is not known what was written, throw the image away and read anew.
A change writes what differs between the facts there are and those the resource renders to, so an update of a thing
changed by hand puts all of it right again, and one without a difference writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from campctl.backends.asterisk.facts.admission import check_around, check_limits
from campctl.backends.asterisk.facts.applied import Applied, told
from campctl.backends.asterisk.facts.decode import Decoded, again, decode
from campctl.backends.asterisk.facts.directory import NAMED
from campctl.backends.asterisk.facts.grammar import FORCED
from campctl.backends.asterisk.facts.index import Index, Journal
from campctl.backends.asterisk.facts.names import RESERVED, given, member_fact, record_name
from campctl.backends.asterisk.facts.native import Fact, Facts, Value, Write
from campctl.backends.asterisk.facts.newcomers import Arrivals, Newcomers
from campctl.backends.asterisk.facts.records import VERSION, Fault, Record, read, write
from campctl.backends.asterisk.facts.render import belongings, render
from campctl.backends.asterisk.facts.rows import fits
from campctl.model import refusals
from campctl.model.changes import Change
from campctl.model.refusals import No, check, extension_of, kind_of
from campctl.model.resources import Key, Kind, Line, Member, Resource, key_of, repoint


class Image:
    """One exchange. `reserved`: endpoint names that static configuration has taken (trunks, peers)."""

    def __init__(self, facts: Facts | Decoded, reserved: Collection[str] = ()) -> None:
        self._seen = facts if isinstance(facts, Decoded) else decode(facts)
        self._journal = Journal()
        self._index: Index | None = None
        self._reserved = frozenset(name.lower() for name in reserved)
        self._arrivals = Arrivals(self._seen, self._journal, self._reserved)
        self._writes: list[Write] = []
        self._before: dict[Fact, Value | None] = {}
        self._changed: dict[Key, None] = {}

    @property
    def resources(self) -> dict[Key, Resource]:
        """What there is; it changes with `apply`, so whoever keeps it copies it."""
        return self._seen.resources

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What nobody can have meant, as found when it was read."""
        return tuple(self._seen.faults)

    @property
    def orphans(self) -> tuple[Fact, ...]:
        """Records whose thing is gone from the exchange."""
        return tuple(Fact("record", record_name(key)) for key in sorted(self._seen.orphans))

    def native(self, key: Key) -> str | None:
        """The native name of a line, queue or location there is."""
        return self._seen.names.find(key)

    def line_of(self, endpoint: str) -> str | None:
        """The line an endpoint is."""
        return self._seen.names.holder("line", endpoint)

    def value(self, fact: Fact) -> Value | None:
        """What a fact holds."""
        found: Value | None = self._seen.rows.by[fact.place].get(fact.name)
        return found

    def bent(self) -> dict[Key, tuple[Fact, ...]]:
        """Resources whose native facts are not what they render to, though perhaps no field shows it, with those facts."""
        found = {}
        for key, resource in self.resources.items():
            if key in self._seen.records:
                wrong = tuple(item.fact for item in self._mended(key, resource) if item.fact.place != "record")
                if wrong:
                    found[key] = wrong
        return found

    def facts_of(self, keys: Iterable[Key]) -> list[Fact]:
        """What to read to see how these resources are now."""
        found: dict[Fact, None] = {}
        for key in keys:
            found.update(dict.fromkeys(self._facts_of(key)))
        return list(found)

    def refresh(self, asked: Iterable[Key], facts: Facts) -> dict[Key, Resource]:
        """How these resources are according to `facts`, which is what there was of `facts_of(asked)`.

        The image takes it over; it can no longer be undone to before. Those that exist are returned.
        """
        keys = list(asked)
        for fact in self.facts_of(keys):
            value = facts.get(fact)
            self._seen.rows.put(fact.place, fact.name, value if fits(fact.place, value) else None)
        found = {}
        for key in keys:
            self._take_record(key)
            resource = again(self._seen, key)
            if resource is not None:
                found[key] = resource
        self._journal.clear()
        self._index = None
        return found

    def apply(
        self,
        change: Change,
        *,
        limits: Mapping[str, int] | None = None,
        unsupported: Mapping[Kind, tuple[str, ...]] | None = None,
    ) -> Applied:
        """Do one change in the image. Raises `No` when it is refused, and then nothing was done."""
        if change.action == "create" and isinstance(change.after, Line):
            new = self.apply_lines((change,), limits=limits, unsupported=unsupported)
            if new is not None:
                return new.each()[0]
        self._writes, self._before, self._changed = [], {}, {}
        mark = self._journal.mark()
        try:
            self._do(change, limits or {}, unsupported or {})
        except BaseException:
            self._journal.undo(mark)
            raise
        return told(change, self._writes, self._before, self._seen.rows, tuple(self._changed), mark)

    def undo(self, applied: Applied) -> None:
        """Make it not have been; of several the last one first."""
        self._journal.undo(applied.mark)

    def settle(self) -> None:
        """All that was applied is written: it will not be undone, and nothing of it needs to be kept."""
        self._journal.clear()

    def apply_lines(
        self,
        changes: Sequence[Change],
        *,
        limits: Mapping[str, int] | None = None,
        unsupported: Mapping[Kind, tuple[str, ...]] | None = None,
    ) -> Newcomers | None:
        """Create many lines of which there is nothing yet; None, and nothing was done, where these changes are anything else."""
        return self._arrivals.take(self._indices, changes, limits or {}, unsupported or {})

    def _admit(self, key: Key, new: Resource, limits: Mapping[str, int], unsupported: Mapping[Kind, tuple[str, ...]]) -> None:
        """Whether this can be created among all there is. Raises `No`."""
        check(new, unsupported)
        if key in self._seen.resources:
            raise refusals.exists(key)
        check_around(self._seen, self._indices, key, new)
        check_limits(self._indices, key, new, limits)

    # -- the four actions --

    def _do(self, change: Change, limits: Mapping[str, int], unsupported: Mapping[Kind, tuple[str, ...]]) -> None:
        before, after = change.before, change.after
        if change.action == "create" and after is not None:
            self._create(after, unsupported, limits)
        elif change.action == "update" and after is not None:
            if before is not None and key_of(before) != key_of(after):
                raise refusals.is_a_rename(before.id, after.id)
            self._update(after, unsupported)
        elif change.action == "rename" and before is not None and after is not None:
            self._rename(key_of(before), after, unsupported)
        elif change.action == "delete" and before is not None:
            self._delete(key_of(before))
        else:
            raise refusals.without_resource(change.action)

    def _create(self, new: Resource, unsupported: Mapping[Kind, tuple[str, ...]], limits: Mapping[str, int]) -> None:
        key = key_of(new)
        self._admit(key, new, limits, unsupported)
        self._put(key, new)

    def _update(self, new: Resource, unsupported: Mapping[Kind, tuple[str, ...]]) -> None:
        key = key_of(new)
        check(new, unsupported)
        if key not in self.resources:
            raise refusals.unknown(key)
        check_around(self._seen, self._indices, key, new)
        self._put(key, new)

    def _rename(self, old: Key, new: Resource, unsupported: Mapping[Kind, tuple[str, ...]]) -> None:
        key = Key(kind_of(new), new.id)
        if key.kind != old.kind or key.id == old.id or key.kind not in NAMED:
            raise refusals.not_a_rename(old)
        check(new, unsupported)
        if old not in self.resources:
            raise refusals.unknown(old)
        if key in self.resources:
            raise refusals.exists(key)
        new = repoint(new, old, key)
        check_around(self._seen, self._indices, key, new, old)
        users = self._indices.users(old)
        native = self._seen.names.native(old)
        was = self.resources[old]
        self._forget(old)
        self._journal.learn(self._seen.names, key, native)
        self._put(key, new, former=was, was=old)
        for user in users:
            if user != old:
                self._follow(user, old, key)
        self._drop_record(old)

    def _delete(self, key: Key) -> None:
        resource = self.resources.get(key)
        if resource is None:
            raise refusals.unknown(key)
        users = [user for user in self._indices.users(key) if user != key]
        if users:
            raise refusals.in_use(key, users)
        for fact in (*self._facts_of(key)[1:], *self._aliases(key)):
            if self._may_remove(fact, key):
                self._write(fact, None)
        self._forget(key)
        self._drop_record(key)

    # -- what they share --

    @property
    def _indices(self) -> Index:
        if self._index is None:
            self._index = Index(self.resources, self._journal)
        return self._index

    def _put(self, key: Key, new: Resource, former: Resource | None = None, was: Key | None = None) -> None:
        """Make a resource so; `former` is what it was under the key `was`."""
        names = self._seen.names
        if key.kind in NAMED and names.find(key) is None:
            self._journal.learn(names, key, given(key, lambda name: self._taken(key.kind, name)))
        old = former if former is not None else self.resources.get(key)
        native = names.native(key) if key.kind in NAMED else ""
        differences = self._differences(key, new, old, was)
        journal, rows, before = self._journal, self._seen.rows, self._before
        for fact, value in differences:
            before.setdefault(fact, journal.write(rows, fact, value))
        self._writes += differences
        self._journal.put(self._seen.records, key, Record(VERSION, native, new))
        self._indices.replace(key, self.resources.get(key), new)
        self._journal.put(self.resources, key, new)
        self._changed[key] = None

    def _taken(self, kind: Kind, name: str) -> bool:
        return name in RESERVED or self._seen.names.taken(kind, name) or (kind == "line" and name in self._reserved)

    def _differences(self, key: Key, new: Resource, old: Resource | None = None, was: Key | None = None) -> list[Write]:
        """Writes that make the native facts what the resource renders to."""
        names = self._seen.names
        native = names.native(key) if key.kind in NAMED else ""
        wanted = render(new, native, names)
        record = Fact("record", record_name(key))
        known = self._seen.records.get(key)
        if known is not None and known.r == new and known.n == native and not was and self.value(record) is not None:
            del wanted[record]
        elif was is not None:
            wanted[record] = write(new, native, record_name(was))
        by = self._seen.rows.by
        found = [Write(fact, value) for fact, value in wanted.items() if by[fact[0]].get(fact[1]) != value]
        extensions = {extension_of(resource) or "" for resource in (old, new, known.r if known else None) if resource is not None}
        for extension in sorted(extensions):
            for fact in belongings(key, native, extension):
                if fact in wanted or by[fact[0]].get(fact[1]) is None or fact.name.endswith(f"/{FORCED}"):
                    continue
                if self._may_remove(fact, key) and Write(fact, None) not in found:
                    found.append(Write(fact, None))
        return found

    def _mended(self, key: Key, resource: Resource) -> list[Write]:
        try:
            return self._differences(key, resource)
        except No:
            return []

    def _follow(self, user: Key, old: Key, new: Key) -> None:
        """What referred to `old` refers to `new`; a member changes its own key with it."""
        resource = self.resources[user]
        after = repoint(resource, old, new)
        key = key_of(after)
        if key != user:
            self._forget(user)
        self._put(key, after, former=resource, was=user if key != user else None)
        if key != user:
            self._drop_record(user)

    def _forget(self, key: Key) -> None:
        self._indices.replace(key, self.resources.get(key), None)
        self._journal.put(self.resources, key, None)
        self._journal.put(self._seen.records, key, None)
        self._journal.forget(self._seen.names, key)
        self._changed[key] = None

    def _drop_record(self, key: Key) -> None:
        fact = Fact("record", record_name(key))
        if self.value(fact) is not None:
            self._write(fact, None)

    def _write(self, fact: Fact, value: Value | None) -> None:
        self._before.setdefault(fact, self._journal.write(self._seen.rows, fact, value))
        self._writes.append(Write(fact, value))

    def _facts_of(self, key: Key) -> list[Fact]:
        """Its record, and everything native that may be its."""
        names = self._seen.names
        found = [Fact("record", record_name(key))]
        resource = self.resources.get(key)
        known = self._seen.known(key)
        if key.kind == "member":
            member = resource if resource is not None else known
            if isinstance(member, Member):
                found.append(member_fact(names.native(Key("queue", member.queue)), names.native(Key("line", member.line))))
            return found
        native = names.native(key) if key.kind in NAMED else ""
        for one in (resource, known):
            extension = (extension_of(one) or "") if one is not None else ""
            found += [fact for fact in belongings(key, native, extension) if fact not in found]
        return found

    def _aliases(self, key: Key) -> list[Fact]:
        """Further extensions that lead to it."""
        if key.kind not in NAMED:
            return []
        leading = self._seen.rows.extensions.get(f"{key.kind}:{self._seen.names.native(key)}", ())
        return [Fact("map", f"ext/{extension}") for extension in leading]

    def _may_remove(self, fact: Fact, key: Key) -> bool:
        """Whether a fact is there, and of this resource: an extension may have come to lead elsewhere."""
        value = self.value(fact)
        if fact.place == "map" and fact.name.startswith("ext/"):
            return value == f"{key.kind}:{self._seen.names.native(key)}"
        return value is not None

    def _take_record(self, key: Key) -> None:
        name = record_name(key)
        text = self._seen.rows.by["record"].get(name)
        record = read(name, text) if text is not None else None
        if isinstance(record, Record):
            self._seen.records[key] = record
            if key.kind in NAMED and self._seen.names.find(key) is None:
                self._seen.names.learn(key, record.n)
        else:
            self._seen.records.pop(key, None)


__all__ = ["Applied", "Image"]
