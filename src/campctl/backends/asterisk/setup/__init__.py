"""What a fresh Asterisk needs to work with campctl: configuration files, written from templates by `backend init asterisk`."""

from __future__ import annotations

from campctl.backends.asterisk.setup.files import DIALPLAN, HINTS, README, files
from campctl.backends.asterisk.setup.placing import place
from campctl.backends.asterisk.setup.settings import Asked, Setup, settle
from campctl.backends.asterisk.setup.telling import steps, yaml

__all__ = ["DIALPLAN", "HINTS", "README", "Asked", "Setup", "files", "place", "settle", "steps", "yaml"]
