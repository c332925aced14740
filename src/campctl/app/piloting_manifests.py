"""Manifests that are edited while the autopilot is at work: read anew once they rest, and done without while they are wrong."""

from __future__ import annotations

from campctl import errors
from campctl.app.auditing import record_audit
from campctl.app.piloting_cockpit import Cockpit
from campctl.errors import Exit
from campctl.findings import Finding
from campctl.findings.text import listed
from campctl.manifest.sources import Stamp, scan, stamp_of


class Manifests:
    """Watches the files by their sizes and times."""

    def __init__(self, cockpit: Cockpit) -> None:
        self._cockpit = cockpit
        self._read = self._rested = self._stamps()
        cockpit.ctx = cockpit.ctx.again()  # what was edited since they were read last, while standing by too, is read now
        self.ends = Exit.OK
        """Why it has to end: the records are in another place now."""

    def turn(self) -> str | None:
        """Why to apply, when they were read anew and say something else; an edit counts once it is the same in two turns."""
        cockpit = self._cockpit
        asked, cockpit.reins.reread = cockpit.reins.reread, False
        now = self._stamps()
        rests, self._rested = now == self._rested, now
        if not asked and (now == self._read or not rests):
            return None
        self._read = now
        if asked:
            cockpit.notifier.reloading()
        fresh = cockpit.ctx.again()
        try:
            campaign = fresh.campaign
        except errors.InvalidManifest as error:
            self._wrong(error)
            return None
        same = fresh.loaded.digest == cockpit.ctx.loaded.digest
        if campaign.store != cockpit.ctx.campaign.store:
            cockpit.say("manifests-read", "error", "The manifests name another store; start the autopilot again, and it uses that one.")
            self.ends = Exit.STORE
            cockpit.reins.stop("a change of `store:`")
            return None
        if cockpit.troubles.pop("manifests", "") or not same or asked:
            cockpit.say("manifests-read", "info", f"The manifests were read anew{'; they say the same' if same else ''}.")
        if same:
            return "asked to look again" if asked else None
        cockpit.ctx = fresh
        return "the manifests changed"

    def _wrong(self, error: errors.InvalidManifest) -> None:
        """Said loudly, once for each state of the files."""
        cockpit = self._cockpit
        wrong = [one for one in error.findings if isinstance(one, Finding) and one.severity == "error"]
        where = listed([f"{one.span.file}:{one.span.line} {one.code}" if one.span else one.code for one in wrong])
        message = f"The manifests were edited and have errors ({where}); the autopilot goes on with those of before."
        if cockpit.trouble("manifests", message):
            cockpit.say("manifests-invalid", "error", f"{message} `campctl validate` shows each.", findings=[one.code for one in wrong])
            if not cockpit.orders.dry_run:
                store = cockpit.ctx.store(write=True)
                record_audit(cockpit.ctx, store, "autopilot", cockpit.how(message), result="manifests not read")

    def _stamps(self) -> tuple[Stamp | None, ...]:
        """Of the YAML files there are, and of the others that the campaign was read from."""
        ctx = self._cockpit.ctx
        yaml = scan(ctx.root)
        known = {stamp.file for stamp in yaml}
        return (*yaml, *(stamp_of(ctx.root / file, file) for file in ctx.loaded.files if file not in known))
