"""Command lines of `run` steps against what campctl's verbs take. The catalogue of verbs is handed in from above."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from campctl.findings import Finding
from campctl.findings.catalogue import finding
from campctl.findings.suggest import Suggester
from campctl.runbook.filling import Filled, Known

FLAGS_OF_ALL = frozenset({"-q", "--quiet", "--no-color"})
ELSEWHERE = frozenset({"-C", "--campaign"})
REFERS: Mapping[str, str] = {
    "HOTLINE": "hotlines",
    "OFFICE": "offices",
    "USER": "users",
    "BACKEND": "backends",
    "SURGE": "surges",
}
"""Metavar to the section its ids are in. Desks, targets and numbers are written in more than one way, and are looked at apart."""
KIND_SECTION: Mapping[str, str] = {
    "hotline": "hotlines",
    "office": "offices",
    "user": "users",
    "port": "ports",
    "number": "numbers",
    "surge": "surges",
}


MAKES: Mapping[tuple[str, ...], str] = {("user", "provision"): "users"}
"""Verbs whose argument does not exist yet, and the section it is in from then on."""


class Argument(Struct, frozen=True):
    """A positional argument: `USER` as its help says it."""

    metavar: str
    required: bool
    many: bool


class Verb(Struct, frozen=True):
    """One command. `options`: name to its metavar, "" for a flag. `changes`: it asks before it changes something."""

    path: tuple[str, ...]
    options: Mapping[str, str]
    arguments: tuple[Argument, ...]
    changes: bool = False
    refused: str = ""
    """Why it has no place in a runbook; "" when it has."""
    unless: str = ""
    """An option with which it has one all the same."""
    banned: Mapping[str, str] = {}
    """Options that have no place in a runbook, and why."""


class Verbs(Struct, frozen=True):
    """All of them by path, and the verb that is meant where a noun stands alone ("" for none)."""

    every: Mapping[tuple[str, ...], Verb]
    usual: Mapping[str, str]

    def of(self, argv: Sequence[str]) -> Verb | None:
        """The verb that a command line names, if it names one."""
        words = [word for word in argv if not word.startswith("-")]
        if not words:
            return None
        if words[0] not in self.usual:
            return self.every.get((words[0],))
        if len(words) > 1 and (words[0], words[1]) in self.every:
            return self.every[words[0], words[1]]
        return self.every.get((words[0], self.usual[words[0]]))


def with_made(known: Known, command_lines: Iterable[Sequence[str]]) -> Known:
    """What is known once these verbs have run: who is provisioned in one step may be moved in the next."""
    ids = dict(known.ids)
    for argv in command_lines:
        section = MAKES.get(tuple(argv[:2]))
        if section and len(argv) > 2 and not argv[2].startswith("-"):
            ids[section] = (*ids[section], argv[2])
    return replace(known, ids=ids)


def look(argv: Sequence[Filled], verbs: Verbs, known: Known) -> tuple[Verb | None, list[Finding]]:
    """The verb, and what is wrong with the words after it."""
    found: list[Finding] = []

    def add(code: str, detail: str, word: Filled, help_: str) -> None:
        found.append(finding(code, detail, help=help_, span=word.source.span))

    first = argv[0]
    nouns = {path[0] for path in verbs.every}
    if first.value not in nouns:
        near = Suggester(nouns).did_you_mean(first.value) or "`campctl --help` lists the commands."
        add("runbook-unknown-verb", f"There is no command `{first.value}`, so this step can only fail.", first, near)
        return None, found
    path: tuple[str, ...] = (first.value,)
    rest = argv[1:]
    if first.value in verbs.usual:
        said = rest[0] if rest and not rest[0].value.startswith("-") else None
        path = (first.value, said.value if said else verbs.usual[first.value])
        rest = rest[1:] if said else rest
        if path not in verbs.every:
            mine = [one[1] for one in verbs.every if one[0] == first.value and len(one) > 1]
            near = Suggester(mine).did_you_mean(path[1]) or f"There are: {', '.join(sorted(mine))}."
            add("runbook-unknown-verb", f"`{first.value}` has no verb `{path[1]}`, so this step can only fail.", said or first, near)
            return None, found
    verb = verbs.every[path]
    if verb.refused and not (verb.unless and any(word.value.partition("=")[0] == verb.unless for word in rest)):
        with_ = f" without `{verb.unless}`" if verb.unless else ""
        add("runbook-verb-refused", f"`{' '.join(path)}`{with_} has no place in a runbook: {verb.refused}.", first, "Take the step out.")
    _words(verb, rest, first, known, add)
    return verb, found


Add = Callable[[str, str, Filled, str], None]


def _words(verb: Verb, rest: Sequence[Filled], first: Filled, known: Known, add: Add) -> None:
    given: list[Filled] = []
    place = 0
    only_words = False
    strange = 0
    while place < len(rest):
        word = rest[place]
        place += 1
        value = word.value
        if only_words or not value.startswith("-") or value == "-" or value[1:].isdigit():
            given.append(word)
            continue
        if value == "--":
            only_words = True
            continue
        name, equals, attached = value.partition("=")
        if name in ELSEWHERE:
            add("runbook-unknown-option", "A runbook's steps are about its own campaign.", word, f"Take `{name}` out.")
            place += 0 if equals else 1
            continue
        if name not in verb.options:
            near = Suggester(verb.options).did_you_mean(name)
            add("runbook-unknown-option", f"`{' '.join(verb.path)}` has no option `{name}`.", word, near or _takes(verb))
            strange += 1
            continue
        if name in verb.banned:
            add("runbook-verb-refused", f"`{name}` has no place in a runbook: {verb.banned[name]}.", word, f"Take `{name}` out.")
        metavar = verb.options[name]
        if not metavar:
            if equals:
                add("runbook-unknown-option", f"`{name}` takes no value.", word, f"Write `{name}` alone.")
            continue
        count = len(metavar.split())
        values = [attached] if equals else [one.value for one in rest[place : place + count]]
        holder = word if equals else rest[place] if place < len(rest) else word
        place += 0 if equals else count
        if len(values) < count or (not equals and values[0].startswith("--")):
            add("runbook-unknown-option", f"`{name}` needs a value: {metavar}.", word, f"Write `{name} {metavar}`.")
            continue
        refers(metavar, values[0], holder, known, add)
    if not strange:  # else the next word may be its value
        _arguments(verb, given, first, known, add)


def _takes(verb: Verb) -> str:
    names = [name for name in verb.options if name.startswith("--")]
    return f"It takes: {', '.join(names[:8])}{', ...' if len(names) > 8 else ''}."


def _arguments(verb: Verb, given: Sequence[Filled], first: Filled, known: Known, add: Add) -> None:
    wanted = list(verb.arguments)
    for place, argument in enumerate(wanted):
        mine = given[place:] if argument.many else given[place : place + 1]
        if not mine and argument.required:
            add(
                "runbook-unknown-option",
                f"`{' '.join(verb.path)}` needs {argument.metavar}, which is not given.",
                first,
                f"Write `{' '.join((*verb.path, *(one.metavar for one in wanted)))}`.",
            )
            return
        for word in mine if verb.path not in MAKES else ():
            refers(argument.metavar, word.value, word, known, add)
    if len(given) > len(wanted) and not any(argument.many for argument in wanted):
        extra = given[len(wanted)]
        add(
            "runbook-unknown-option",
            f"`{extra.value}` is one word too many for `{' '.join(verb.path)}`.",
            extra,
            "Quote it, or take it out.",
        )


def refers(metavar: str, value: str, word: Filled, known: Known, add: Add) -> None:
    """Look up an id that an argument or option refers to. A variable nobody knows was told of already."""
    if "{" in value:
        return
    section, id_ = REFERS.get(metavar, ""), value
    if metavar in {"KIND/ID", "TARGET"}:
        kind, slash, id_ = value.partition("/")
        section = KIND_SECTION.get(kind, "") if slash else ""
    elif metavar == "DESK" and "/" in value:
        section = "ports"
    if section and id_ not in known.ids[section]:
        noun = section.removesuffix("s")
        near = Suggester(known.ids[section]).did_you_mean(id_)
        add("runbook-unknown-id", f"There is no {noun} `{id_}` in the campaign.", word, near or f"`campctl {noun} list` shows them.")
