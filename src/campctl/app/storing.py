"""`store check|migrate|rename|login`."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime

from campctl import errors
from campctl.app.context import Context
from campctl.app.how import How
from campctl.app.locking import locked
from campctl.app.results import Message
from campctl.findings.text import plural
from campctl.model.records import AuditEntry
from campctl.model.stores import BadStoreUrl, is_url, read_url

DEFAULT = ".campctl"
CARRIED = {
    "runs": ("run",), "journal": ("line of their journal", "lines of their journal"), "owned": ("owned resource",),
    "overrides": ("override",), "audit": ("audit entry", "audit entries"), "alerts": ("alert",),
    "books": ("run of a runbook", "runs of runbooks"), "book_journal": ("line of their journal", "lines of their journal"),
}  # fmt: skip
"""What the tables hold, for people: one of it, several."""


def check(ctx: Context) -> Message:
    """Where the store is, its integrity, and who holds the lock. `data["problems"]` is empty when all is well."""
    store = ctx.store()
    problems = list(store.check())
    holder = store.holder()
    lock = (
        f"{holder.who} on {holder.host} (process {holder.pid}) since {holder.since:%Y-%m-%d %H:%M:%SZ}, for {holder.command}"
        if holder
        else ""
    )
    about = dict(store.about())
    lines = [_where(about), *(problems or ["The store is well."])]
    if warning := about.get("warning"):
        lines.append(f"Warning: {warning}.")
    lines.append(f"Locked by {lock}." if lock else "Nobody holds the lock.")
    if unfinished := [run.id for run in store.unfinished()]:
        lines.append(f"{plural(len(unfinished), 'run')} unfinished ({', '.join(unfinished)}): `campctl resume` goes on.")
    return Message(text="\n".join(lines), data={"problems": problems, "lock": lock, "unfinished": unfinished, "store": about})


def _where(about: dict[str, str]) -> str:
    if about["place"] == ":memory:":
        return "This campaign has no store yet; the first apply makes it."
    since = datetime.fromisoformat(about["since"])
    tls = f", {about['tls']}" if about.get("tls", "no") != "no" else ""
    size = int(about["bytes"]) / 1e6
    return f"{about['place']}: {about['kind']}, schema {about['schema']}, since {since:%Y-%m-%d}, {size:.1f} MB{tls}."


async def migrate(ctx: Context, how: How, *, to: str) -> Message:
    """Carry all records to another store and let the YAML name it; run again after a kill, it goes on where it stopped."""
    from campctl.app import wiring
    from campctl.manifest.edit import Editor

    campaign, to = ctx.campaign, _place(to)
    now = _place(campaign.store)
    if to == now:
        ctx.store()  # says so when it is not to be used
        return Message(text=f"The records are in {_words(to)} already.", data={"store": to, "rows": {}})
    editor = Editor(ctx.root)
    if to:
        editor.set("campaign", "", "store", to)
    else:
        editor.unset("campaign", "", "store")
    if how.dry_run:
        return Message(text=f"Would carry the records from {_words(now)} to {_words(to)}, and edit:\n{editor.diff()}", data={"store": to})
    carrying = wiring.carry_store(ctx.root, now, to, ctx.clock, campaign=campaign.name, password=ctx.store_password)
    entry = AuditEntry(
        at=ctx.clock.now(), who=ctx.who, what="store migrate", why=how.reason, command=ctx.command,
        result=f"carried from {_words(now)} to {_words(to)}",
    )  # fmt: skip
    try:
        async with AsyncExitStack() as stack:
            if carrying.source is not None:
                await stack.enter_async_context(locked(ctx, how, carrying.source))
            rows = await asyncio.to_thread(carrying.carry, entry)
            editor.write()
    finally:
        carrying.close()
    what = ", ".join(plural(count, *CARRIED[name]) for name, count in rows.items()) or "nothing, as there was nothing yet"
    return Message(
        text=f"Carried to {_words(to)}: {what}. `store:` in the manifest says so now; commit it, so that every admin has it."
        + (f" What was in {_words(now)} is kept, and refuses to be used." if rows else ""),
        data={"store": to, "rows": rows},
    )


def rename(ctx: Context) -> Message:
    """Let a shared store belong to the campaign under the name it has now."""
    campaign = ctx.campaign
    store = ctx.open_store(campaign.store, create=False, whatever_name=True)
    try:
        before = store.claim(campaign.name)
        if before == campaign.name:
            return Message(text=f"The store belongs to {campaign.name} already.", data={"before": before, "now": campaign.name})
        store.append_audit(
            AuditEntry(
                at=ctx.clock.now(),
                who=ctx.who,
                what="store rename",
                command=ctx.command,
                result=f"{before or 'no name'} is now {campaign.name}",
            )
        )
    finally:
        store.close()
    return Message(
        text=f"The store of {before or 'no name'} is now that of {campaign.name}.", data={"before": before, "now": campaign.name}
    )


def login(ctx: Context, *, password: str) -> Message:
    """See that the server takes the shared store's password, and keep it in the keyring."""
    from campctl.app import wiring
    from campctl.app.secrets import STORE, Lookup
    from campctl.model.campaign import BackendSpec

    campaign = ctx.campaign
    if not is_url(campaign.store):
        raise errors.UsageError(
            "The campaign's store is a folder, which needs no password.", hint="`campctl store check` shows where it is."
        )
    if not password:
        raise errors.SecretError("No password was given.", hint="Run it again.")
    wiring.open_store(ctx.root, campaign.store, ctx.clock, create=False, password=lambda _: password).close()
    try:
        place = Lookup(ctx.environ, BackendSpec(STORE, STORE, {})).put(STORE, "password", password)
    except errors.SecretError as error:
        raise errors.SecretError(error.message, hint="Put it into ~/.pgpass (mode 0600), or set CAMPCTL_STORE_PASSWORD.") from None
    return Message(text=f"The server takes it; kept in the {place}.", data={"kept": place})


def _place(store: str) -> str:
    """What `store:` says, the default as nothing; `errors.UsageError` for a URL that cannot be one."""
    store = store.strip()
    if not is_url(store):
        folder = store.rstrip("/")
        return "" if folder in {DEFAULT, f"./{DEFAULT}"} else folder
    try:
        read_url(store)
    except BadStoreUrl as bad:
        raise errors.UsageError(bad.message, hint=bad.hint) from None
    return store


def _words(place: str) -> str:
    return place or f"the folder {DEFAULT}"
