"""`match`: volunteers to call lists by what they have in common. Reads files, writes nothing; nothing of it goes to the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from campctl import errors
from campctl.app.results_matching import Choice, Explained, ListState, Match, Matching, Unplaced
from campctl.app.times import FIRST, LAST
from campctl.findings.text import plural

if TYPE_CHECKING:
    from campctl.capacity.background import CallList, Judge, Preferences, Volunteer
    from campctl.capacity.matching import Matched
    from campctl.findings import Finding
    from campctl.model.campaign import Campaign

ROSTER = "roster"
FEW = 3
WEEK = 168 * 60
"""Minutes."""


class Ask(Struct, frozen=True, kw_only=True):
    """What the command line says: files, or `roster`; "" where it says nothing."""

    volunteers: str
    lists: str
    prefer: str = ""
    weights: tuple[str, ...] = ()
    week: str = ""
    time_zone: str = ""


class Pool(Struct, frozen=True, kw_only=True):
    """Everything that was read, in the order of ids, so that the order of rows decides nothing."""

    people: tuple[Volunteer, ...]
    lists: tuple[CallList, ...]
    unit: str
    judge: Judge
    solved: Matched
    remarks: tuple[str, ...]
    findings: tuple[Finding, ...]


def make_matching(ask: Ask, now: datetime, campaign: Campaign | None) -> Matching:
    """Match everybody."""
    pool = _solve(ask, now, campaign)
    hours = pool.unit == "hours"
    people, lists, judge = pool.people, pool.lists, pool.judge
    matches = []
    for v, k, amount in pool.solved.flows:
        person, one = people[v], lists[k]
        fit = judge.fit(person, one)
        matches.append(
            Match(
                volunteer=person.id,
                name=person.name,
                phone=person.phone,
                list=one.id,
                list_name=one.name,
                score=fit.score / 100,
                minutes=amount if hours else None,
                why=fit.reasons or ("nothing in common; nothing against it",),
            )
        )
    return Matching(
        unit=pool.unit,
        week=f"{judge.monday:%Y-%m-%d}",
        score=pool.solved.total / (6000 if hours else 100),
        volunteers=len(people),
        matches=tuple(matches),
        unplaced=tuple(_unplaced(pool)),
        lists=tuple(_state(pool, k) for k in range(len(lists))),
        remarks=pool.remarks,
        findings=pool.findings,
    )


def explain(ask: Ask, now: datetime, campaign: Campaign | None, *, who: str) -> Explained:
    """Every list for one person."""
    pool = _solve(ask, now, campaign)
    found = [v for v, person in enumerate(pool.people) if who in {person.id, person.name}]
    if len(found) != 1:
        from campctl.findings.suggest import Suggester

        near = Suggester([person.id for person in pool.people]).did_you_mean(who)
        what = f"{len(found)} volunteers are called {who}" if found else f"There is no volunteer {who}"
        raise errors.NotFound(f"{what}.", hint="Name an id." if found else near or "Ids are the first column of the volunteers.")
    v = found[0]
    person = pool.people[v]
    theirs = {k: amount for at, k, amount in pool.solved.flows if at == v}
    choices = []
    for k, one in enumerate(pool.lists):
        fit = pool.judge.fit(person, one)
        full = pool.solved.got[k] >= one.wants
        state = "theirs" if k in theirs else "may not" if fit.barrier else "full" if full else "open"
        score = None if fit.barrier else fit.score / 100
        why = (fit.words,) if fit.barrier else fit.reasons
        choices.append(Choice(list=one.id, name=one.name, state=state, score=score, why=why))
    rank = {"theirs": 0, "full": 1, "open": 1, "may not": 2}
    choices.sort(key=lambda choice: (rank[choice.state], -(choice.score or 0), choice.list))
    return Explained(volunteer=person.id, name=person.name, says=_says(person), choices=tuple(choices), findings=pool.findings)


def _solve(ask: Ask, now: datetime, campaign: Campaign | None) -> Pool:
    from campctl.capacity.background import Judge
    from campctl.capacity.matching import Want, match
    from campctl.capacity.week import minutes
    from campctl.manifest.callers import call_lists, preferences, volunteers

    zone = _zone(ask.time_zone) or (campaign.time_zone if campaign else "")
    prefer = preferences(_bytes(ask.prefer) if ask.prefer else None, ask.prefer, ask.weights)
    remarks = list(_privacy(ask))
    if ask.volunteers == ROSTER:
        monday = _monday(ask.week, now)
        people, known, findings = _roster(campaign, monday)
        remarks += _elsewhen(campaign, people, monday)
    else:
        table = volunteers(ask.volunteers, _bytes(ask.volunteers), zone)
        people, known, findings = table.rows, table.attributes, table.findings
    wanted = call_lists(ask.lists, _bytes(ask.lists), zone)
    findings = (*findings, *wanted.findings)
    _refuse(findings)
    if not people or not wanted.rows:
        which = ask.lists if people else ask.volunteers
        raise errors.UsageError(f"Nobody can be matched: {which} holds no {'lists' if people else 'volunteers'}.")
    people = tuple(sorted(people, key=lambda person: person.id))
    lists = tuple(sorted(wanted.rows, key=lambda one: one.id))
    remarks += _compared(people, lists, (known, wanted.attributes), prefer)
    judge = Judge(prefer, _monday(ask.week, now))
    scores = judge.rows(people, lists)
    hours = wanted.unit == "hours"
    wants = [Want(one.wants, one.least, min(one.wants, 60 if hours else 1)) for one in lists]
    if hours:
        # Whoever says nothing of hours has as many as lists can use.
        endless = min(sum(one.wants for one in lists), WEEK)
        supplies = [endless if person.minutes is None else person.minutes for person in people]
        common = [[judge.common(person, one) for one in lists] for person in people]
        limits = [[one.wants if both is None else minutes(both) for both, one in zip(row, lists, strict=True)] for row in common]
        solved = match(scores, supplies, wants, limits, first=60)
    else:
        solved = match(scores, [1] * len(people), wants)
    return Pool(people=people, lists=lists, unit=wanted.unit, judge=judge, solved=solved, remarks=tuple(remarks), findings=tuple(findings))


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise errors.UsageError(f"{path} cannot be read: {error.strerror}.", hint="Name a file, or `roster` for volunteers.") from None


def _privacy(ask: Ask) -> list[str]:
    """Says so when others on this machine can read people's data."""
    open_to_all = [path for path in (ask.volunteers,) if path != ROSTER and Path(path).exists() and Path(path).stat().st_mode & 0o077]
    return [f"{path} can be read by other users of this machine; `chmod 600 {path}` keeps it yours." for path in open_to_all]


def _refuse(findings: Sequence[Finding]) -> None:
    if any(finding.severity == "error" for finding in findings):
        from campctl.findings.text import count_words

        raise errors.InvalidManifest(
            f"The files have {count_words(findings)}; nobody was matched.",
            findings=tuple(findings),
            hint="Mend the rows named above; docs/matching.md shows the columns.",
        )


def _roster(campaign: Campaign | None, monday: date) -> tuple[tuple[Volunteer, ...], tuple[str, ...], tuple[Finding, ...]]:
    """The campaign's people with the role volunteer; where their office is, is where they are, and in their shifts they are free.

    Who has shifts, but none in the week from `monday` on, is not among them.
    """
    from campctl.capacity.background import Volunteer
    from campctl.effective.shifts import weekly

    if campaign is None:
        raise errors.UsageError("--volunteers roster means the people of a campaign, and here is none.", hint="Name a CSV file, or use -C.")
    found = []
    for user in campaign.users.values():
        if user.role != "volunteer":
            continue
        office = campaign.offices[user.office]
        free = weekly(user, office.time_zone, monday)
        if user.shifts and not free:
            continue
        skills = tuple(skill.lower() for skill in user.skills)
        found.append(
            Volunteer(
                id=user.id,
                name=user.name,
                phone=user.number,
                languages=tuple(word.lower() for word in user.languages),
                attributes={"skills": skills} if skills else {},
                city=office.address.city.lower(),
                state=office.address.state.lower(),
                time_zone=office.time_zone,
                free=free,
            )
        )
    if not found:
        if any(user.role == "volunteer" for user in campaign.users.values()):
            raise errors.UsageError(
                f"No volunteer of the campaign has a shift in the week from {monday}.", hint="Name another week: --week 2026-10-26."
            )
        raise errors.UsageError("Nobody of the campaign has the role `volunteer`.", hint="Write `role: volunteer`, or name a CSV file.")
    return tuple(found), ("skills",), ()


def _elsewhen(campaign: Campaign | None, people: Sequence[Volunteer], monday: date) -> list[str]:
    """Says who was left out because they are not there that week."""
    left = sum(user.role == "volunteer" for user in campaign.users.values()) - len(people) if campaign is not None else 0
    return [f"Left out, since none of their shifts is in the week from {monday}: {left}. --week names another."] if left else []


def _zone(name: str) -> str:
    from campctl.manifest import times

    if name and times.zone(name) is None:
        raise errors.UsageError(f"--time-zone {name}: there is no such time zone.", hint=times.zone_help(name))
    return name


def _monday(text: str, now: datetime) -> date:
    try:
        day = date.fromisoformat(text) if text else now.date()
    except ValueError:
        raise errors.UsageError(f"--week {text}: this is no day.", hint="Write a day of that week: 2026-10-26.") from None
    if text and not FIRST <= day.year < LAST:
        raise errors.UsageError(f"--week {text} is not a week of this campaign.", hint="Look at the year.")
    return day - timedelta(days=day.weekday())


def _compared(
    people: Sequence[Volunteer], lists: Sequence[CallList], columns: tuple[Sequence[str], Sequence[str]], prefer: Preferences
) -> list[str]:
    """Remarks on columns that only one side has, weights of nothing, and values that lists want and nobody has."""
    from campctl.capacity.background import count_values
    from campctl.findings.suggest import Suggester

    mine, theirs = set(columns[0]), set(columns[1])
    remarks = []
    if mine ^ theirs:
        alone = ", ".join(sorted(mine ^ theirs))
        remarks.append(f"Not compared, since only one of the two has it: {alone}.")
    unknown = sorted({*prefer.attributes, *prefer.require} - (mine & theirs))
    if unknown:
        near = Suggester(sorted(mine & theirs)).did_you_mean(unknown[0])
        raise errors.UsageError(
            f"There is no column `{unknown[0]}` in both files, so it can be neither weighed nor required.",
            hint=near or f"Columns of both: {', '.join(sorted(mine & theirs)) or 'none'}.",
        )
    have, wanted = count_values(people), count_values(lists)
    for name in sorted(mine & theirs):
        for value in sorted(wanted.get(name, frozenset()) - have.get(name, frozenset())):
            near = Suggester(sorted(have.get(name, ()))).did_you_mean(value)
            remarks.append(f"No volunteer has {name} `{value}`, which a list asks for. {near}".strip())
    return remarks


def _unplaced(pool: Pool) -> list[Unplaced]:
    """Who has no list, or hours left, and why."""
    used: Counter[int] = Counter()
    for v, _, amount in pool.solved.flows:
        used[v] += amount
    found = []
    for v, person in enumerate(pool.people):
        supply = 1 if pool.unit == "people" else person.minutes
        if used[v] and (supply is None or used[v] >= supply):
            continue
        barriers: Counter[str] = Counter()
        open_: list[str] = []
        for one in pool.lists:
            kinds = pool.judge.barriers(person, one)
            if kinds:
                barriers[kinds[0][0]] += 1
            else:
                open_.append(one.id)
        if open_:
            names = ", ".join(open_[:FEW]) + (f" and {len(open_) - FEW} more" if len(open_) > FEW else "")
            why = f"the lists they may call have all they can use: {names}"
            help_ = "raise what one of these wants, or bring another list"
        else:
            why = "may call none: " + ", ".join(f"{kind} ({plural(count, 'list')})" for kind, count in barriers.most_common())
            help_ = _help(barriers.most_common(1)[0][0])
        left = None if pool.unit == "people" or supply is None else supply - used[v]
        found.append(Unplaced(volunteer=person.id, name=person.name, minutes=left, why=why, help=help_))
    return found


def _state(pool: Pool, k: int) -> ListState:
    """A list, and why it is short."""
    one, got = pool.lists[k], pool.solved.got[k]
    why = help_ = ""
    if got < one.wants:
        barriers: Counter[str] = Counter()
        may = 0
        for person in pool.people:
            kinds = pool.judge.barriers(person, one)
            may += not kinds
            if kinds:
                barriers[kinds[0][0]] += 1
        against = ", ".join(f"{kind} {count}" for kind, count in barriers.most_common(FEW))
        why = f"{may} of {len(pool.people)} may call it" + (f" (against the others: {against})" if against else "")
        here = {v for v, at, _ in pool.solved.flows if at == k}
        if may > len(here):
            why += f"; {may - len(here)} of them {'calls' if may - len(here) == 1 else 'call'} for other lists"
        helps = ["more volunteers"] if may > len(here) or not barriers else []
        help_ = ", or ".join([*helps, *(_help(kind) for kind, _ in barriers.most_common(1))])
    return ListState(list=one.id, name=one.name, wants=one.wants, least=one.least, got=got, why=why, help=help_)


def _help(kind: str) -> str:
    """What would help against a kind of barrier."""
    if kind == "other hours":
        return "other calling hours"
    if kind == "no hours to give":
        return "volunteers with hours to give; theirs are 0"
    if kind.startswith("no "):
        return f"volunteers who speak {kind.removeprefix('no ')}"
    if kind.startswith("not "):
        return f"volunteers who are {kind.removeprefix('not ')}, or `require` without it"
    return "fewer excluded states"


def _says(person: Volunteer) -> dict[str, str]:
    """What is known of somebody."""
    found = {name.replace("_", " "): ", ".join(values) for name, values in person.attributes.items()}
    where = ", ".join(part for part in (person.city.title(), person.county.title(), person.state.upper()) if part)
    spoken = ", ".join(person.languages)
    return {name: value for name, value in {"languages": spoken, "place": where, **found, "time zone": person.time_zone}.items() if value}
