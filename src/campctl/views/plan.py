"""A plan as a field director reads it: stories by verb, then cost, guardrails and what stands in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from campctl.app.results import Planned
from campctl.model.changes import Action, Change, FieldChange, Guard, Plan, Story
from campctl.model.resources import fields_of
from campctl.views.page import Page
from campctl.views.sheet import Sheet
from campctl.views.text import count, moment, quoted, seconds

MANY = 10
"""A group of more stories than this is shown by its first few and a count for each office."""
LARGE = 60
"""In a plan of more stories, no group shows more than its first few."""
FIRST = 3
FEW = 3
"""Stories of a larger group are shown without their notes."""
NOTES = 6
"""A story with more notes than this shows its first few."""
NOUNS = {
    "user": ("person", "people"),
    "port": ("port", "ports"),
    "hotline": ("hotline", "hotlines"),
    "number": ("number", "numbers"),
    "office": ("office", "offices"),
}
SIGNS = {
    "provision": ("green", "+"),
    "open": ("green", "+"),
    "adopt": ("green", "+"),
    "light": ("yellow", "*"),
    "remove": ("red", "-"),
    "close": ("red", "-"),
    "darken": ("dim", "-"),
    "move": ("cyan", ">"),
    "rename": ("cyan", ">"),
}
ACTIONS: tuple[tuple[Action, str], ...] = (
    ("create", "to create"),
    ("update", "to update"),
    ("rename", "to rename"),
    ("delete", "to delete"),
)


def planned(result: Planned, sheet: Sheet) -> None:
    """`plan`, and a verb's `--dry-run`."""
    whole(result, sheet.page, details=sheet.style.details)
    if result.findings:
        from campctl.views.findings import short

        short(result.findings, sheet.words)


def whole(result: Planned, page: Page, *, details: bool) -> None:
    """The edit of the YAML, if there is one, then the plan."""
    if result.diff:
        diff(result.diff, page)
        page.blank()
    plan_text(result.plan, page, details=details)


def diff(text: str, page: Page) -> None:
    """A unified diff, coloured."""
    for line in text.rstrip("\n").split("\n"):
        style = "bold" if line.startswith(("---", "+++")) else {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
        page.exact((style, line))


def plan_text(plan: Plan, page: Page, *, details: bool) -> None:
    """The whole plan."""
    more = f" and {len(plan.targets) - MANY:,} more" if len(plan.targets) > MANY else ""
    scope = f", only {', '.join(plan.targets[:MANY])}{more}" if plan.targets else ""
    page.line(("bold", f"Plan for {plan.campaign}"), f", at {moment(plan.at)}{scope}", hang=4)
    if plan.changes:
        page.blank()
        changes = {change.id: change for change in plan.changes}
        many = MANY if len(plan.stories) <= LARGE else FIRST
        for stories in grouped(plan.stories):
            _group(stories, changes, page, many=len(stories) if details else many, details=details)
        _untold(plan, page, details=details)
    if plan.remarks:
        page.blank()
        for remark in plan.remarks:
            page.line(remark)
    _obstacles(plan, page)
    page.blank()
    for cost in plan.costs:
        if cost.calls:
            limit = f" ({cost.limit})" if cost.limit else ""
            page.line(f"{cost.backend}: {count(cost.calls, 'call')}, {_about(cost.seconds)}{limit}.")
    for text in price_lines(plan):
        page.line(text)
    for backend, keys in sorted(plan.unmanaged.items()):
        if keys:
            page.line(("dim", f"{backend}: {count(len(keys), 'resource')} not campctl's, left alone (`campctl adopt` takes them in)."))
    page.line(("bold", summary(plan)))


def price_lines(plan: Plan) -> list[str]:
    """What it costs in money, a line each, such as `local: +$212.00 until 2026-10-13 23:30 CDT (+53 seats of main, 1 day)`."""
    if not plan.prices:
        return []
    from campctl.capacity.prices import money

    found = []
    for price in plan.prices:
        when = f"until {moment(price.until)}" if price.until is not None else f"a {price.per}"
        found.append(f"{price.backend}: {money(price.amount, price.currency, sign=True)} {when} ({price.of}).")
    return found


def _about(took: float) -> str:
    return f"about {seconds(took)}" if took >= 1 else "less than a second"


def summary(plan: Plan) -> str:
    """In one sentence: `12 changes: 5 to create, 7 to update.`, or that there is nothing to do."""
    if plan.empty and plan.conflicts:
        return f"Nothing can be done: {count(len(plan.conflicts), 'resource')} in the way."
    if plan.empty:
        return "Nothing to do: the backends are as the campaign wants them."
    actions = Counter(change.action for change in plan.changes)
    parts = [f"{actions[action]:,} {words}" for action, words in ACTIONS if actions[action]]
    return f"{count(len(plan.changes), 'change')}: {', '.join(parts)}."


def field_changes(change: Change) -> list[FieldChange]:
    """What differs, field by field; everything of a created or deleted resource that is not empty."""
    before = fields_of(change.before) if change.before is not None else {}
    after = fields_of(change.after) if change.after is not None else {}
    names = dict.fromkeys([*after, *before])
    return [
        FieldChange(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name) and ((before and after) or (before.get(name) or after.get(name)) not in ("", (), None))
    ]


def grouped(stories: Iterable[Story]) -> list[list[Story]]:
    """By verb and noun, in the plan's order."""
    groups: dict[tuple[str, str], list[Story]] = {}
    for story in stories:
        groups.setdefault((story.verb, story.subject.partition("/")[0]), []).append(story)
    return list(groups.values())


def heading(stories: Sequence[Story]) -> str:
    """`Provision 12 people`, for stories of one verb and noun."""
    noun = stories[0].subject.partition("/")[0]
    return f"{stories[0].verb.capitalize()} {count(len(stories), *NOUNS.get(noun, (noun, noun + 's')))}"


def _group(stories: Sequence[Story], changes: dict[str, Change], page: Page, *, many: int, details: bool) -> None:
    page.line(("bold", heading(stories)))
    shown = stories if len(stories) <= many else stories[: min(many, FIRST)]
    few = len(stories) <= FEW
    style, sign = SIGNS.get(stories[0].verb, ("yellow", "~"))
    for story in shown:
        page.line((style, f"{sign} "), story.text, indent=2)
        notes = story.notes if details or (few and len(story.notes) <= NOTES) else story.notes[: FIRST if few else 0]
        for note in notes:
            page.line(("dim", note), indent=6)
        if few and len(notes) < len(story.notes):
            page.line(("dim", f"... and {len(story.notes) - len(notes):,} more (--details shows all)"), indent=6)
        if details:
            for change in (changes[name] for name in story.changes if name in changes):
                _change(change, page)
    if len(shown) < len(stories):
        where = _offices(stories, changes)
        page.line(("dim", f"... and {len(stories) - len(shown):,} more (--details shows all){where}"), indent=2)


def _change(change: Change, page: Page) -> None:
    page.line(("dim", f"{change.action} {change.key} on {change.backend}"), indent=6)
    for item in field_changes(change):
        if change.action == "create":
            text = f"{item.field}: {quoted(item.after)}"
        elif change.action == "delete":
            text = f"{item.field}: {quoted(item.before)}"
        else:
            text = f"{item.field}: {quoted(item.before)} -> {quoted(item.after)}"
        page.line(("dim", text), indent=8)


def _offices(stories: Sequence[Story], changes: dict[str, Change]) -> str:
    """`; all by office: chicago-hq 200, boston 30, ...`: where the lines of a large group are."""
    offices: Counter[str] = Counter()
    for story in stories:
        places = {place for name in story.changes if name in changes and (place := _office(changes[name]))}
        offices.update(places)
    if not offices:
        return ""
    ordered = sorted(offices.items(), key=lambda item: (-item[1], item[0]))
    listed = ", ".join(f"{office} {number:,}" for office, number in ordered[:8])
    return f"; by office: {listed}{f' and {len(ordered) - 8} more offices' if len(ordered) > 8 else ''}"


def _office(change: Change) -> str:
    resource = change.after if change.after is not None else change.before
    location: str = getattr(resource, "location", "")
    return location.partition("/")[0]


def _untold(plan: Plan, page: Page, *, details: bool) -> None:
    """Changes that belong to no story, so that nothing is done unsaid."""
    told = {name for story in plan.stories for name in story.changes}
    rest = [change for change in plan.changes if change.id not in told]
    if not rest:
        return
    page.line(("bold", f"Besides, {count(len(rest), 'resource')}"))
    shown = rest if details or len(rest) <= MANY else rest[:FIRST]
    for change in shown:
        page.line(("yellow", "~ "), f"{change.action} {change.key} on {change.backend}", indent=2)
        if details:
            _change(change, page)
    if len(shown) < len(rest):
        page.line(("dim", f"... and {len(rest) - len(shown):,} more (--details shows all)"), indent=2)


def _obstacles(plan: Plan, page: Page) -> None:
    for guard in plan.guards:
        page.blank()
        _guard(guard, page)
    if plan.conflicts:
        page.blank()
        page.line(
            ("bold red", f"{count(len(plan.conflicts), 'resource')} in the way: "),
            "not created by campctl. `campctl adopt` takes in what is there; until then this plan cannot be applied.",
        )
        for change in plan.conflicts[:MANY]:
            page.line(("red", "! "), f"{change.key} on {change.backend}", indent=2)
        if len(plan.conflicts) > MANY:
            page.line(f"... and {len(plan.conflicts) - MANY:,} more", indent=2)


def _guard(guard: Guard, page: Page) -> None:
    way = f" Meant? {guard.flag} --reason WHY." if guard.flag else " No flag overrides this."
    page.line(("bold red", f"Guardrail {guard.name}: "), guard.message + way)
    if guard.subjects:
        more = f" and {len(guard.subjects) - MANY:,} more" if len(guard.subjects) > MANY else ""
        page.line(("dim", ", ".join(guard.subjects[:MANY]) + more), indent=4)
