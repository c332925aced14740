"""The plan of an intent, shown before anything is done: look, agree, wait, see what came of it. Nothing is locked while it is open."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Sequence
from typing import Any, ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input

from campctl.errors import CampctlError
from campctl.tui.acting import Acts, Done, Seen, Wanted
from campctl.tui.bare import Steady
from campctl.tui.confirm_words import FIELDS, Foot, fields_for, foot
from campctl.tui.intents import Intent, Scale, TakeBack, WalkIn, command_line, title
from campctl.tui.intents_books import Halt
from campctl.tui.lines import Line, Lines, wrapped
from campctl.tui.looks import Glyphs, Palette
from campctl.tui.modals import BOX
from campctl.tui.plan_lines import plan_lines
from campctl.tui.threads import ACT, in_loop, in_thread
from campctl.tui.verbs import World


class Confirm(Steady, ModalScreen[Done | None]):
    """One intent from plan to result. A key pressed twice acts once: after the first it is no longer ready."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "yes", show=False),
        Binding("n,escape", "no", show=False),
        Binding("plus,equals_sign", "more(1)", show=False),
        Binding("minus,underscore", "more(-1)", show=False),
        Binding("O", "override", show=False),
        Binding("tab", "turn(1)", show=False, priority=True),  # at once: what is typed ahead belongs to the field it leads to
        Binding("shift+tab", "turn(-1)", show=False, priority=True),
        Binding("up,k", "roll(-1)", show=False),
        Binding("down,j", "roll(1)", show=False),
        Binding("pageup", "roll(-10)", show=False),
        Binding("pagedown", "roll(10)", show=False),
        Binding("ctrl+c", "no", show=False),
    ]
    DEFAULT_CSS = f"""
    Confirm {{ {BOX}
        & .field {{ height: 1; margin: 0 1; }}
        & .field Lines {{ width: 11; height: 1; }}
        & Input {{ border: none; height: 1; padding: 0 1; width: 1fr; background: $surface; color: $foreground; }}
        & Input:focus {{ border: none; text-style: underline; }}
    }}
    """

    def __init__(self, intent: Intent, acts: Acts, world: World, palette: Palette, glyphs: Glyphs) -> None:
        super().__init__()
        self.intent = intent
        self.state = "asking" if isinstance(intent, WalkIn) and not (intent.name and (intent.desk or intent.office)) else "looking"
        self._acts = acts
        self._world = world
        self._palette = palette
        self._glyphs = glyphs
        self._seen: Seen | None = None
        self._error: CampctlError | None = None
        self._reason = ""
        self._allow: tuple[str, ...] = ()
        self._looks = 0
        self._guards: tuple[str, ...] = ()
        self._flags: tuple[str, ...] = ()
        self._final = ""
        self._progress = ""
        self._result: Done | None = None

    def compose(self) -> ComposeResult:
        """Title, plan, what can be said besides, what can be done."""
        with Vertical(classes="box"):
            yield Lines(on="raised", classes="title")
            yield Lines(scrolls=True, classes="body")
            for name in fields_for(self.intent):
                with Horizontal(classes="field"):
                    yield Lines(classes=f"label-{name}")
                    ids = self._world.ids.get({"hotline": "hotline", "office": "office", "name": "person"}.get(name, ""), ())
                    yield Input(
                        value=str(getattr(self.intent, name, "")),
                        placeholder=FIELDS[name][1],
                        id=f"field-{name}",
                        suggester=SuggestFromList(ids) if ids else None,
                        select_on_focus=False,
                    )
            with Horizontal(classes="field guard"):
                yield Lines(classes="label-guard")
                yield Input(id="field-guard", select_on_focus=False)
            yield Lines(on="raised", classes="foot", clicked=self._click)

    def on_mount(self) -> None:
        """Look at once, unless something is missing."""
        self.query_one(".guard").display = False
        for line in self.query(Input):
            line.cursor_blink = False
        for name in fields_for(self.intent):
            self.query_one(f".label-{name}", Lines).say([[("head", FIELDS[name][0])]], self._palette)
        if self.state == "asking":
            self.set_focus(self.query_one("#field-name", Input))  # at once, unlike `focus`: keys that were typed ahead are for it
        else:
            self.query_one(".body", Lines).focus()
            self._look()
        self._draw()

    # What it shows

    def on_resize(self) -> None:
        """Lay out anew."""
        self._draw()

    def _draw(self) -> None:
        width = max(10, min(104, self.size.width * 92 // 100) - 5)
        lines = self._body(width)
        body = self.query_one(".body", Lines)
        body.styles.height = max(1, min(len(lines), self.size.height * 92 // 100 - 4 - len(fields_for(self.intent))))
        body.say(lines, self._palette)
        self.query_one(".guard").display = self.state in {"why", "typing"}
        label = "Reason" if self.state == "why" else "Guardrail"
        self.query_one(".label-guard", Lines).say([[("bad", label)]], self._palette)
        self.query_one(".title", Lines).say([[("strong", f" {title(self.intent)}")]], self._palette)
        self.query_one(".foot", Lines).say(self._foot(), self._palette)

    def _body(self, width: int) -> list[Line]:
        flags = [*self._allow, *(["--reason", shlex.quote(self._reason)] if self._allow else [])]
        command = (
            wrapped([("dim", " ".join([command_line(self.intent), *flags]))], width, hang=4)
            if self.state != "asking" and not isinstance(self.intent, (TakeBack, Halt))
            else []
        )
        lines: list[Line] = [*command, []]
        if self._result is not None:
            return [*lines, *self._told(self._result, width)]
        if self._error is not None:
            lines += wrapped([("bad", f"{self._glyphs.cross} "), ("text", self._error.message)], width, hang=2)
            for finding in getattr(self._error, "findings", ())[:5]:
                lines += wrapped([("dim", f"  {finding.summary}")], width, hang=4)
            return [*lines, *(wrapped([("accent", self._error.hint)], width, hang=2) if self._error.hint else [])]
        if self._seen is None:
            words = "Looking at what would happen ..."
            if self.state == "asking":
                both = "office" in fields_for(self.intent)
                words = "Who walked in, and into which office? Enter after each." if both else "Who walked in? Their name, then Enter."
            return [*lines, [("dim", words)]]
        if self._seen.planned is not None:
            lines += plan_lines(self._seen.planned, self._seen.zone, width)
        for words in self._seen.words:
            lines += wrapped([("text", words)], width, hang=len(words) - len(words.lstrip()))
        return lines

    def _told(self, done: Done, width: int) -> list[Line]:
        lines = wrapped([("warn", f"{self._glyphs.warning} "), ("strong", done.words)], width, hang=2)
        for words in (*done.failed, *done.warnings):
            lines += wrapped([("text", f"  {words}")], width, hang=4)
        return lines

    def _foot(self) -> list[Line]:
        return foot(
            Foot(
                state=self.state,
                seats=isinstance(self.intent, Scale),
                fields=bool(fields_for(self.intent)),
                progress=self._progress,
                guards=self._guards,
                final=self._final,
            )
        )

    # What can be done

    def _click(self, what: str) -> None:
        {
            "override": self.action_override,
            "yes": self.action_yes,
            "no": self.action_no,
            "tab": lambda: self.action_turn(1),
            "again": self._look,
        }.get(what, lambda: None)()

    def key_r(self) -> None:
        """Look again after an error."""
        if self.state == "wrong":
            self._look()

    def _look(self) -> None:
        self._looks += 1
        self.state, self._seen, self._error = "looking", None, None
        self._draw()
        self.run_worker(self._looked(self._looks), group="look", exclusive=True)

    async def _looked(self, number: int) -> None:
        wanted = Wanted(intent=self.intent, reason=self._reason, allow=self._allow)
        try:
            seen = await in_thread(lambda: self._acts.look(wanted))
        except CampctlError as error:
            self._fail(error, number)
            return
        if number == self._looks:
            self._seen = seen
            self.state = self._after_look(seen)
            self._draw()
            if self.state == "typing":
                self._ask_for("the guardrail's name, as above")

    def _after_look(self, seen: Seen) -> str:
        """Whether it can be done as it is, only against a guardrail, or not at all."""
        plan = seen.planned.plan if seen.planned is not None else None
        if plan is None or not (plan.guards or plan.conflicts):
            self._allow = ()
            return "ready"
        final = [guard.name for guard in plan.guards if not guard.flag]
        self._guards = tuple(guard.name for guard in plan.guards)
        self._flags = tuple(sorted({guard.flag for guard in plan.guards if guard.flag}))
        if plan.conflicts or final:
            named = ", ".join(final)
            self._final = f"No flag overrides {named}." if final else "campctl did not create what it would touch: `campctl adopt` first."
            return "refused"
        return "typing" if set(self._flags) <= set(self._allow) and self._reason else "guarded"

    def action_override(self) -> None:
        """A guardrail speaks against it, and somebody wants it all the same: ask why."""
        if self.state != "guarded":
            return
        if self._reason:
            self._with_flags()
            return
        self.state = "why"
        self._draw()
        self._ask_for("kept in the audit log")

    def _ask_for(self, words: str) -> None:
        line = self.query_one("#field-guard", Input)
        line.value, line.placeholder = "", words
        line.focus()

    def _with_flags(self) -> None:
        """The same plan, with the flags that override what speaks against it."""
        self._allow = self._flags
        self.query_one(".body", Lines).focus()
        self._look()

    def _override_typed(self, text: str) -> None:
        """The reason; then, once the plan was shown with it, the guardrail's name: nothing that is hit by accident."""
        if self.state == "why" and text:
            self._reason = text
            self._with_flags()
        elif self.state == "typing" and text == self._guards[0] and self._seen is not None:
            self.query_one(".body", Lines).focus()
            self._do(self._seen)

    def _fail(self, error: CampctlError, number: int) -> None:
        if number == self._looks:
            self.state, self._error = "wrong", error
            self._draw()

    def action_yes(self) -> None:
        """Do it: once, and only what was shown."""
        if self.state == "ready" and self._seen is not None:
            self._do(self._seen)

    def _do(self, seen: Seen) -> None:
        self.state, self._progress = "doing", ""
        self._draw()
        self.run_worker(self._acted(seen), group="act")

    async def _acted(self, seen: Seen) -> None:
        tell = in_loop(asyncio.get_running_loop(), self._tell)
        wanted = Wanted(intent=self.intent, reason=self._reason, seen=seen.planned, key=seen.key, allow=self._allow)
        try:
            done = await in_thread(lambda: self._acts.act(wanted, tell), name=ACT)
        except CampctlError as error:
            self._fail(error, self._looks)
            return
        if done.failed:
            self.state, self._result = "told", done
            self._draw()
        else:
            self.dismiss(done)

    def _tell(self, words: str) -> None:
        self._progress = words
        if self.state == "doing":
            self._draw()

    def action_no(self) -> None:
        """Leave it; what is being done already goes on to its end."""
        if self.state != "doing":
            self.dismiss(self._result)

    def action_more(self, by: int) -> None:
        """One seat more or fewer than was asked for."""
        if not isinstance(self.intent, Scale) or self.state not in {"ready", "looking", "wrong", "refused", "guarded"}:
            return
        self._allow = ()
        relative = self.intent.seats[:1] in "+-"
        number = int(self.intent.seats) + by
        if relative and not number:
            number += by
        self.intent = replace(self.intent, seats=f"{number:+d}" if relative else str(max(0, number)))
        self._look()

    def action_turn(self, by: int) -> None:
        """To the next field."""
        self.focus_next() if by > 0 else self.focus_previous()

    def action_roll(self, by: int) -> None:
        """Through a long plan."""
        self.query_one(".body", Lines).scroll_relative(y=by, animate=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """What the fields say now is what is wanted; the plan is made anew."""
        event.stop()
        if self.state == "doing" or self._result is not None:
            return
        if event.input.id == "field-guard":
            self._override_typed(event.value.strip())
            return
        self._allow = ()
        values = {name: self.query_one(f"#field-{name}", Input).value.strip() for name in fields_for(self.intent)}
        self._reason = values.pop("reason", self._reason)
        missing = next((name for name in ("name", "office") if values.get(name) == ""), "")
        if missing:
            self.query_one(f"#field-{missing}", Input).focus()
            return
        self.intent = replace(self.intent, **_known(self.intent, values))
        self.query_one(".body", Lines).focus()
        self._look()


def _known(intent: Any, values: dict[str, Any]) -> dict[str, Any]:
    names: Sequence[str] = intent.__struct_fields__
    return {name: value for name, value in values.items() if name in names}
