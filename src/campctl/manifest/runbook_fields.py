"""The table of a runbook's fields, and how each is read; `manifest.runbooks` reads whole files with it."""

from __future__ import annotations

import re
from typing import Any

from campctl.manifest.combine import WORDS, list_of
from campctl.manifest.decode import definition, table
from campctl.manifest.kinds import BOOLEAN, ID, TAG, Context, check_id, check_null, did_you_mean, text_of, wrong
from campctl.manifest.nodes import Map, Node, Seq
from campctl.manifest.nouns import Field, Noun
from campctl.manifest.problems import Bad, span_of
from campctl.manifest.runbook_kinds import COMMAND, EXPECTATION, LENGTH, LONG, RAW, SCALAR, SHELL, TEXT, TIME, kind, text_at, words_of
from campctl.model.runbooks import KINDS, Source, Text, Variable

TYPES = (
    "text", "int", "bool", "date", "time", "duration", "list", "choice", "secret",
    "office", "hotline", "user", "port", "number", "backend", "surge",
)  # fmt: skip
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}\Z")


def _undo(ctx: Context, node: Node) -> dict[str, Any]:
    if node.__class__ is not Map:
        return {"run": words_of(ctx, node)}
    found: dict[str, Any] = table(UNDO).parse(ctx, node)
    if len(found) != 1:
        raise Bad("step-act", "The way back is one command.", "Write `undo: { run: ... }` or `undo: { shell: [...] }`.")
    return found


UNDO = Noun(
    "way back",
    "What takes a step back.",
    (Field("run", COMMAND, "A verb.", "hotline scale main 10"), Field("shell", SHELL, "A command.", "[./announce, off]")),
)
WAY_BACK = kind("way back", _undo, {"anyOf": [COMMAND.schema, {"$ref": f"#/definitions/{definition(UNDO)}"}]}, "as `run`, or a mapping")


def _wait(ctx: Context, node: Node) -> dict[str, Text]:
    if node.__class__ is not Map:
        return {"any": text_at(ctx, node, plain=False)}
    found: dict[str, Text] = table(WAIT).parse(ctx, node)
    if len(found.keys() - {"zone"}) != 1:
        raise Bad("step-act", "A step waits for one thing.", "Write one of `until`, `for` and `expect`.")
    return found


WAIT = Noun(
    "wait",
    "What a step waits for; one of the first three.",
    (
        Field("until", TIME, "This time.", "21:00"),
        Field("for", LENGTH, "So long.", "5m"),
        Field(
            "expect",
            EXPECTATION,
            "Until this holds; `within` or the step's `timeout` says how long at the most.",
            "hotline main waiting < 5",
        ),
        Field("zone", TEXT, "Time zone of `until`, or an office whose zone it is.", "America/Phoenix"),
    ),
)
WAITED = kind(
    "wait",
    _wait,
    {"anyOf": [SCALAR, {"$ref": f"#/definitions/{definition(WAIT)}"}]},
    "a time, a length of time, an expectation, or a mapping (below)",
)


def _with(ctx: Context, node: Node) -> dict[str, Text]:
    if node.__class__ is not Map:
        raise wrong(node, "a mapping of variables", "Write `{ hotline: main }`.")
    return {_variable_name(ctx, key): RAW.parse(ctx, value) for key, value in node.items.values()}


def _variable_name(ctx: Context, node: Node) -> str:
    name = text_of(ctx, node, "a name")
    if not _NAME.match(name):
        raise Bad("bad-id", f"`{name}` is not the name of a variable.", "Names are lower-case letters, digits, `-` and `_`.")
    return name


WITH = kind("variables", _with, {"type": "object", "additionalProperties": SCALAR}, "variable to value")


def _each(ctx: Context, node: Node) -> dict[str, Any]:
    if node.__class__ is not Map or len(node.items) != 1:
        raise wrong(node, "one variable and what it goes through", "Write `for-each: { office: offices }` or `{ hotline: [main, press] }`.")
    ((key, value),) = node.items.values()
    name = _variable_name(ctx, key)
    return {"name": name, "in": tuple(RAW.parse(ctx, item) for item in value.items) if value.__class__ is Seq else RAW.parse(ctx, value)}


EACH = kind(
    "loop",
    _each,
    {"type": "object", "minProperties": 1, "maxProperties": 1},
    "variable to a list, to `offices`, `hotlines`, `backends`, `surges`, or to `{name}` of a list",
)


def _steps(ctx: Context, node: Node) -> tuple[Source, ...]:
    if node.__class__ is not Seq:
        check_null(ctx, node)
        raise wrong(node, "a list of steps", "Begin each step with `- `.")
    found = []
    for item in node.items:
        try:
            if (one := _step(ctx, item)) is not None:
                found.append(one)
        except Bad as bad:
            ctx.bad(bad, item)
    if not node.items:
        raise Bad("missing-key", "There are no steps here.", "Begin each step with `- `: `- { id: sound, run: validate }`.")
    return tuple(found)


STEPS = kind("steps", _steps, {"type": "array", "items": {"$ref": "#/definitions/step"}}, "list of steps (below)")
ACTS = (
    Field("run", COMMAND, "Runs a verb of campctl's. Nobody is asked: `--yes` is added where a verb would ask.", "hotline scale main +20"),
    Field("shell", SHELL, "Runs a command. Into a text nothing is put: variables are environment variables there.", "[./announce, on]"),
    Field(
        "expect", EXPECTATION, "Checks that something holds; with `within`, that it comes to hold.", "hotline main seats >= 40 within 30s"
    ),
    Field("wait", WAITED, "Waits.", "21:00"),
    Field("confirm", LONG, "Waits for a person to say yes.", "Is the news desk told?"),
    Field("note", LONG, "Words to read out.", "Tell everybody that lines open in five minutes."),
    Field("mark", ID, "A place to roll back to.", "before-the-debate"),
    Field("jump", ID, "Goes on at another step.", "wrap-up"),
    Field("end", LONG, "Ends the run here; it is done.", "Nothing is to be done tonight."),
    Field("fail", LONG, "Ends the run here; it failed.", "The exchange is down."),
    Field("include", TEXT, "Takes in the steps of another file, named from this one's folder.", "checks.yaml"),
    Field("for-each", EACH, "Goes through `steps` once for each.", "{ office: offices }"),
)
STEP = Noun(
    "step",
    "One step: one of the first twelve fields says what it does, the others how.",
    (
        *ACTS,
        Field("id", ID, "What it is called. Where it runs in a loop, `@VALUE` is added.", "more-seats"),
        Field("about", TEXT, "One line about it, for the report.", "Forty seats for the debate"),
        Field("at", TIME, "When it is planned. It does not begin before; how late it began is in the report.", "20:45"),
        Field("zone", TEXT, "Time zone of `at`, or an office whose zone it is.", "America/Phoenix", default="the runbook's"),
        Field("when", EXPECTATION, "Left out unless this holds when its turn comes.", "hotline main open"),
        Field("timeout", LENGTH, "How long it may take.", "2m"),
        Field("retries", RAW, "How often it is tried again when it fails.", "3", default="0"),
        Field("delay", LENGTH, "How long to wait before that.", "10s", default="5s"),
        Field(
            "on-failure",
            TEXT,
            "`stop`, `continue`, `roll-back` (everything), `roll-back to MARK` or `jump to STEP`.",
            "roll-back to before-the-debate",
            default="stop",
        ),
        Field("undo", WAY_BACK, "The way back, for rolling back.", "hotline scale main 18"),
        Field("unsafe", BOOLEAN, "Twice would do harm: without a known outcome it is never repeated unasked.", "true", default="false"),
        Field("role", TAG, "Who does it, or who says yes: one of `roles`.", "shift-lead"),
        Field("allow-yes", BOOLEAN, "`--yes` answers this question.", "true", default="false"),
        Field("with", WITH, "Variables of the file taken in.", "{ hotline: main }"),
        Field("steps", STEPS, "What a loop repeats.", "[{ run: office show {office} }]"),
    ),
)
DEFAULT = kind("value", RAW.parse, {"type": ["string", "integer", "number", "boolean", "array"]}, "value, or a list of them")
VARIABLE = Noun(
    "variable",
    "A value that is put in place of `{name}`.",
    (
        Field("type", TAG, f"One of {', '.join(f'`{name}`' for name in TYPES)}.", "hotline", default="text"),
        Field("default", DEFAULT, "Its value when none is given.", "voter-protection"),
        Field(
            "required",
            BOOLEAN,
            "It has to be given: `--var name=value`. So has any other without a default, unless it is a text or a list.",
            "true",
            default="false",
        ),
        Field("one-of", WORDS, "What a `choice` is of.", "[rehearsal, real]"),
        Field("env", TAG, "Where a `secret` comes from: an environment variable.", "PAGER_TOKEN"),
        Field("about", TEXT, "What it is for.", "The hotline that grows"),
    ),
)


def _variables(ctx: Context, node: Node) -> dict[str, Variable]:
    if node.__class__ is not Map:
        check_null(ctx, node)
        raise wrong(node, "a mapping of variables", "Write `vars: { hotline: { type: hotline } }`.")
    found: dict[str, Variable] = {}
    for key, value in node.items.values():
        try:
            name = _variable_name(ctx, key)
            found[name] = _variable(ctx, name, key, value)
        except Bad as bad:
            ctx.bad(bad, key)
    return found


def _variable(ctx: Context, name: str, key: Node, node: Node) -> Variable:
    place = span_of(ctx.file, key)
    if node.__class__ is not Map:
        return Variable(name=name, kind="text", place=place, default=_listed(ctx, node))
    default = None
    if (pair := node.items.get("default")) is not None and pair[1].__class__ is Seq:
        default = _listed(ctx, pair[1])
        node.items.pop("default")
    values = table(VARIABLE).parse(ctx, node)
    kind = values.get("type", "list" if default is not None else "text")
    if kind not in TYPES:
        near = did_you_mean(TYPES, kind) or f"Choose one of {', '.join(TYPES)}."
        raise Bad("not-a-choice", f"`{kind}` is no type of variables.", near, pair[1] if (pair := node.items.get("type")) else node)
    if kind == "secret" and (not values.get("env") or "default" in values):
        raise Bad(
            "bad-variable", f"The secret `{name}` needs `env`, and has no default.", "Write `{ type: secret, env: PAGER_TOKEN }`.", node
        )
    if kind == "choice" and not values.get("one-of"):
        raise Bad("bad-variable", f"What `{name}` is a choice of is not said.", "Add `one-of: [a, b]`.", node)
    return Variable(
        name=name,
        kind=kind,
        place=place,
        default=default or values.get("default"),
        required=values.get("required", False),
        choices=values.get("one-of", ()),
        env=values.get("env", ""),
        about=values["about"].value if "about" in values else "",
    )


def _listed(ctx: Context, node: Node) -> Text:
    """A default; a list is kept as its items with commas between them."""
    if node.__class__ is not Seq:
        return RAW.parse(ctx, node)  # type: ignore[no-any-return]
    items = [RAW.parse(ctx, item).value for item in node.items]
    return Text(",".join(items), span_of(ctx.file, node), exact=False)


VARIABLES = kind(
    "variables",
    _variables,
    {"type": "object", "additionalProperties": {"anyOf": [{"$ref": "#/definitions/variable"}, {"type": ["string", "integer", "array"]}]}},
    "name to a variable (below), or to its default",
)


def _roles(ctx: Context, node: Node) -> dict[str, tuple[str, ...]]:
    if node.__class__ is not Map:
        check_null(ctx, node)
        raise wrong(node, "a mapping of roles", "Write `roles: { shift-lead: [dana] }`.")
    found = {}
    for key, value in node.items.values():
        try:
            found[check_id(ctx, key, "a role")] = list_of(TAG).parse(ctx, value)
        except Bad as bad:
            ctx.bad(bad, value)
    return found


ROLES = kind(
    "roles",
    _roles,
    {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    "role to those who have it, as CAMPCTL_USER calls them; `[]` is anybody",
)
FILE = Noun(
    "runbook",
    "A runbook: steps in their order.",
    (
        Field("name", TEXT, "What it is called.", "Debate night", required=True),
        Field("about", LONG, "What it is for, and who runs it.", "From sound check to cut-back."),
        Field("day", TIME, "The day that times such as `20:45` are of.", "2026-10-13", default="the day on which it is begun"),
        Field("time_zone", TEXT, "Whose clock its times are of.", "America/Chicago", default="the campaign's"),
        Field("roles", ROLES, "Who has which role.", "{ shift-lead: [dana, lee] }"),
        Field("vars", VARIABLES, "Values that differ from run to run.", "{ hotline: { type: hotline, required: true } }"),
        Field("steps", STEPS, "What is done.", "[{ id: sound, run: validate }]", required=True),
    ),
)
NOUNS = (FILE, STEP, WAIT, UNDO, VARIABLE)


def _step(ctx: Context, node: Node) -> Source | None:
    if node.__class__ is not Map:
        check_null(ctx, node)
        raise wrong(node, "a step, which is a mapping", "Write `- run: validate` or another act.")
    acts = [name for name in node.items if name in KINDS]
    if len(acts) != 1:
        for name, (key, _) in node.items.items():  # what is misspelt is told, not guessed
            if name not in STEP.parsers:
                near = did_you_mean(tuple(STEP.parsers), name) or f"A step does one of {', '.join(KINDS)}."
                ctx.add("unknown-key", f"`{name}` is not a field of step, so nothing would come of it.", key, help=near)
        if acts or all(name in STEP.parsers for name in node.items):
            said = f"This step does {' and '.join(acts)} at once." if acts else "This step does nothing."
            ctx.add("step-act", said, node, help=f"A step does one of {', '.join(KINDS)}; make a step of each.")
        return None
    act = acts[0]
    values = table(STEP).parse(ctx, node)
    key = node.items[act][0]
    value = values.pop(act, None)
    if value is None:
        return None
    fields = {name: _with_place(ctx, name, node, found) for name, found in values.items() if name != "steps"}
    made: dict[str, Any] = {"kind": act, "place": span_of(ctx.file, node), "key": span_of(ctx.file, key), "fields": fields}
    if isinstance(value, Text):
        made["text"] = value
    elif isinstance(value, tuple):
        made["words"] = value
    elif isinstance(value, str):
        made["text"] = text_at(ctx, node.items[act][1], plain=False)
    else:
        fields[act] = value
    if act == "for-each" and not values.get("steps"):
        ctx.add("missing-key", "A loop needs `steps`: what it repeats.", key, help="Add `steps:` with at least one step.")
    if act != "for-each" and "steps" in values:
        ctx.add("step-act", "Only a loop has `steps`.", node.items["steps"][0], help="Add `for-each:`, or take `steps` out.")
    if act != "include" and "with" in values:
        ctx.add("step-act", "Only `include` has `with`.", node.items["with"][0], help="Write `include: FILE`, or take `with` out.")
    return Source(steps=values.get("steps", ()), **made)


def _with_place(ctx: Context, name: str, node: Map, value: Any) -> Any:
    """Ids and roles as texts with their place, as all others."""
    return text_at(ctx, node.items[name][1], plain=False) if isinstance(value, str) else value
