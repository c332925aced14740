"""Made-up pictures for the board's tests, pages and bench: always the same, so that what is drawn of them is too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import sin

from campctl.app.picture import ActivityLine, AlertLine, DeskCell, HotlineLine, OfficeLine, PersonLine, Picture
from campctl.app.running_books_report import BookReport, StepLine
from campctl.app.running_books_rows import BookRow, Books
from campctl.live.board import BackendBoard, Emergency
from campctl.model.runbooks import BookRun

NOW = datetime(2026, 11, 3, 19, 30, 12, tzinfo=UTC)
ZONE = "America/Chicago"
HOTLINES = (
    ("voter-protection", "Voter protection", 12, 133.0, 0.71, 0.86, 412, 31, 3, 38, 2, 4, 47, 50, 58),
    ("polling-place", "Where do I vote?", 2, 11.0, 0.93, 0.91, 655, 12, 9, 21, 1, 2, 33, 33, 30),
    ("spanish", "Línea en español", 1, 52.0, 0.78, 0.83, 118, 9, 0, 11, 0, 1, 12, 14, 14),
    ("volunteers", "Volunteers", 0, 0.0, 1.0, 0.97, 96, 1, 6, 4, 0, 0, 10, 10, 6),
    ("press", "Press", 0, 0.0, None, 0.95, 14, 0, 2, 1, 0, 0, 3, 3, None),
    ("donors", "Donors", 0, 0.0, None, None, 0, 0, 0, 0, 0, 0, 0, 4, None),
)
OFFICES = (("hq", "Headquarters", 24), ("austin", "Austin", 18), ("boston", "Boston", 12), ("cold-lake", "Cold Lake", 0))
FIRST = ("Ann", "Bo", "Cora", "Dev", "Eve", "Finn", "Gus", "Hana", "Ivo", "Jun", "Kim", "Lea")
LAST = ("Adams", "Berg", "Cho", "Diaz", "Eze", "Fox")
STATES = ("busy", "busy", "free", "busy", "wrap-up", "paused", "free", "ringing", "gone", "unreachable", "")
DESK_STATES = ("talking", "talking", "lit", "ringing", "talking", "paused", "dark", "dark", "lit", "unreachable", "dark", "no-location")


def hotlines() -> tuple[HotlineLine, ...]:
    """Six: in trouble, well, below its goal, quiet, without a level, and closed."""
    return tuple(
        HotlineLine(
            id=id_,
            name=name,
            backend="local" if at % 2 == 0 else "hq-pbx",
            open=id_ != "donors",
            waiting=waiting,
            longest_wait=longest,
            level_now=now,
            level_today=today,
            target=0.8,
            answered=answered,
            abandoned=abandoned,
            free=free,
            ringing=1 if busy > 10 else 0,
            busy=busy,
            paused=paused,
            wrap_up=wrap,
            gone=0,
            seated=seated,
            desired=desired,
            asked=asked,
            whence="surge election-day" if at < 3 else "baseline",
            minutes=tuple(round(answered / 90 * (1 + sin(minute / 7 + at))) for minute in range(60)),
            stale=False,
            refused=7 if id_ == "voter-protection" else 0,
            diverted="hotline/volunteers" if id_ == "donors" else "",
        )
        for at, (
            id_,
            name,
            waiting,
            longest,
            now,
            today,
            answered,
            abandoned,
            free,
            busy,
            paused,
            wrap,
            seated,
            desired,
            asked,
        ) in enumerate(HOTLINES)
    )


def desks(office: str, count: int) -> tuple[DeskCell, ...]:
    """So many desks in every state there is."""
    made = []
    for at in range(count):
        state = DESK_STATES[(at * 5 + len(office)) % len(DESK_STATES)]
        there = state not in {"dark", "no-location"}
        made.append(
            DeskCell(
                id=f"{office}/a{at + 1:03}",
                office=office,
                label=f"a{at + 1:03}",
                extension=str(7100 + at),
                state=state,  # type: ignore[arg-type]
                who=f"{FIRST[at % 12]} {LAST[at % 6]}" if there and at % 3 else "",
                hotline=HOTLINES[at % 3][0] if there else "",
                since=NOW - timedelta(seconds=37 * (at + 1)) if there else None,
                until=NOW + timedelta(hours=4) if there and at % 4 == 0 else None,
            )
        )
    return tuple(made)


def offices() -> tuple[OfficeLine, ...]:
    """Three with desks, of which one is silent; one without any."""
    return tuple(
        OfficeLine(
            id=id_,
            name=name,
            backend="local",
            time_zone=ZONE,
            desks=(cells := desks(id_, count)),
            people=20,
            registered=0 if id_ == "boston" else 17,
            calls=sum(desk.state == "talking" for desk in cells),
            silent=id_ == "boston",
            evacuated=False,
        )
        for id_, name, count in OFFICES
    )


def people(count: int = 40) -> tuple[PersonLine, ...]:
    """So many, in every state there is."""
    return tuple(
        PersonLine(
            id=f"person-{at:04}",
            name=f"{FIRST[at % 12]} {LAST[at // 12 % 6]}",
            office=OFFICES[at % 3][0],
            extension=str(2000 + at),
            role=("caller", "organizer", "lawyer")[at % 3],
            line=f"user/person-{at:04}" if at % 4 else f"port/hq/a{at % 24 + 1:03}",
            state=STATES[at % len(STATES)],  # type: ignore[arg-type]
            reason="lunch" if STATES[at % len(STATES)] == "paused" else "",
            since=NOW - timedelta(seconds=41 * at) if STATES[at % len(STATES)] else None,
            hotlines=tuple(HOTLINES[(at + more) % 4][0] for more in range(1 + at % 2)) if STATES[at % len(STATES)] else (),
        )
        for at in range(count)
    )


def activity() -> tuple[ActivityLine, ...]:
    """Runs, overrides that end, a surge, and what failed."""
    rows = (
        (2, "override", "ann", "hotline scale voter-protection +8: debate night", "", timedelta(hours=3, minutes=29), "o1a2b3"),
        (4, "run", "ann", "hotline scale voter-protection +8", "done: 24 changes", None, "20261103-192612-1a2b"),
        (11, "override", "bo", "port light hq/a003 hq/a004", "", timedelta(minutes=9), "o77aa01"),
        (31, "run", "bo", "port light hq/a003 hq/a004", "partial: 3 done, 1 failed", None, "20261103-185911-77aa"),
        (90, "surge", "", "election-day", "", timedelta(hours=9), "election-day"),
        (95, "audit", "cora", "pause user/dev.diaz: lunch", "done", None, ""),
        (60 * 26, "run", "cora", "apply", "done: 1,204 changes", None, "20261102-172012-09ff"),
    )
    return tuple(
        ActivityLine(
            at=NOW - timedelta(minutes=minutes),
            kind=kind,
            who=who,
            what=what,
            result=result,
            ends=NOW + ends if ends else None,
            ref=ref,
        )
        for minutes, kind, who, what, result, ends, ref in rows
    )


def alerts() -> tuple[AlertLine, ...]:
    """One of each severity."""
    rows = (
        ("waiting-long", "critical", "hotline/voter-protection", "12 callers wait, the longest for 2:13; more than 10 for 60 s", 133),
        ("office-silent", "warning", "office/boston", "not one of 12 phones is registered", 402),
        ("override-overdue", "info", "override/o77aa01", "it should have ended 9 minutes ago", 540),
    )
    return tuple(
        AlertLine(
            rule=rule,
            severity=severity,  # type: ignore[arg-type]
            subject=subject,
            words=words,
            since=NOW - timedelta(seconds=ago),
            id=f"0badca{ago % 100:02}",
        )
        for rule, severity, subject, words, ago in rows
    )


def emergency() -> Emergency:
    """Somebody at a desk of the headquarters called 911."""
    return Emergency(
        at=NOW - timedelta(seconds=34), backend="local", line="port/hq/a002", number="911", callback="+13125550142", location="hq/floor-2"
    )


def backends() -> tuple[BackendBoard, ...]:
    """One that is well."""
    return (BackendBoard(name="local", health="live", heard=NOW, since=NOW - timedelta(hours=9), epoch="1", calls=14),)


def unwell() -> tuple[BackendBoard, ...]:
    """Well, silent, and lost."""
    return (
        *backends(),
        BackendBoard(name="hq-pbx", health="stale", heard=NOW - timedelta(seconds=12), gaps=1),
        BackendBoard(name="boston-pbx", health="lost", heard=NOW - timedelta(seconds=94), why="connection refused"),
    )


def picture(**changes: object) -> Picture:
    """An afternoon of election day."""
    fields: dict[str, object] = {
        "at": NOW,
        "version": 1,
        "campaign": "Example for Illinois",
        "time_zone": ZONE,
        "backends": backends(),
        "hotlines": hotlines(),
        "offices": offices(),
        "people": people(),
        "activity": activity(),
        "alerts": alerts(),
    }
    return Picture(**{**fields, **changes})  # type: ignore[arg-type]


def empty() -> Picture:
    """A campaign in which there is nothing yet."""
    return picture(hotlines=(), offices=(), people=(), activity=(), alerts=())


RUN = "20261103-120003-a1b2"


def book_rows() -> tuple[BookRow, ...]:
    """One that asks, one that somebody else follows, one that failed, one to be begun, one that is over."""
    more = {"who": "dana", "steps": 11}
    return (
        BookRow(
            id=RUN,
            book="debate",
            name="Debate night",
            run=RUN,
            state="asks",
            step="told",
            what="Does the news desk know?",
            since=NOW - timedelta(seconds=48),
            role="shift-lead",
            people=("dana", "lee"),
            question="Does the news desk know the number?",
            done=5,
            **more,  # type: ignore[arg-type]
        ),
        BookRow(
            id="20261103-110000-0c0c",
            book="election-day",
            name="Election day",
            run="20261103-110000-0c0c",
            state="running",
            step="noon",
            what="until 2026-11-03 14:00 CST",
            since=NOW - timedelta(minutes=31),
            planned=NOW + timedelta(minutes=29),
            followed=True,
            done=21,
            who="lee on war-room",
            steps=60,
        ),
        BookRow(
            id="20261103-103000-fa11",
            book="office-opening",
            name="An office opens",
            run="20261103-103000-fa11",
            state="failed",
            step="found",
            what="911 finds phoenix",
            since=NOW - timedelta(hours=3),
            planned=NOW - timedelta(hours=3),
            done=2,
            **more,  # type: ignore[arg-type]
        ),
        BookRow(id="book:evacuation", book="evacuation", name="evacuation"),
        BookRow(id="20261102-200000-d0e0", book="drill", name="Drill", run="20261102-200000-d0e0", state="done", done=11, **more),  # type: ignore[arg-type]
    )


def book_report(run: str = RUN) -> BookReport:
    """A run that asks: done, taken back, done again, failed, read out, asked, to come."""
    at = NOW - timedelta(minutes=9)
    lines = (
        StepLine(
            step="sound",
            kind="run",
            what="campctl validate",
            about="The manifests are sound",
            planned=at,
            began=at,
            ended=at,
            took=0.4,
            late=2.0,
            state="done",
            who="dana",
        ),
        StepLine(
            step="well", kind="expect", what="drift none", began=at, ended=at, took=0.2, state="done", who="dana", detail="drift items is 0"
        ),
        StepLine(
            step="more",
            kind="run",
            what="campctl hotline scale press 6",
            about="More seats",
            planned=NOW - timedelta(minutes=20),
            began=at,
            ended=at,
            took=1.2,
            late=660.0,
            state="done",
            who="dana",
            undone="undone",
        ),
        StepLine(
            step="more",
            kind="run",
            what="campctl hotline scale press 6",
            about="More seats",
            planned=NOW - timedelta(minutes=20),
            began=at,
            ended=at,
            took=1.3,
            late=700.0,
            state="done",
            who="lee",
            output="Scale Press from 3 to 6 seats\n2 changes made.",
        ),
        StepLine(
            step="page",
            kind="shell",
            what="./page everybody",
            began=at,
            ended=at,
            took=0.1,
            state="failed",
            who="dana",
            detail="exit status 3",
            output="no pager",
            code=3,
        ),
        StepLine(step="read", kind="note", what="Lines open in five minutes. Tell the hall.", began=at, ended=at, state="done", who="dana"),
        StepLine(
            step="told",
            kind="confirm",
            what="Does the news desk know the number?",
            role="shift-lead",
            began=NOW - timedelta(seconds=48),
            state="running",
            who="dana",
        ),
        StepLine(step="over", kind="wait", what="until 2026-11-03 23:05 CST", planned=NOW + timedelta(hours=9)),
        StepLine(step="less", kind="run", what="campctl override clear --all"),
    )
    return BookReport(
        run=BookRun(id=run, book="debate", name="Debate night", started=at, author="dana", command="", digest="", status="running"),
        about="From sound check to cut-back.",
        zone=ZONE,
        day="2026-11-03",
        variables={},
        lines=lines if run else lines[-2:],
        events=(),
        turn="told",
        followed_by="dana on war-room" if run else "",
    )


def books(opened: str = "") -> Books:
    """What the store says of runbooks; `opened` is the id of a row."""
    report = book_report() if opened == RUN else book_report("") if opened == "book:debate" else None
    return Books(rows=book_rows(), opened=report, ways={"more": "campctl override clear --all"})
