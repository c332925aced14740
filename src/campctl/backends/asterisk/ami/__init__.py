"""Asterisk's manager interface (AMI): one pipelined client of our own.

ami = Ami(Where("pbx.example.org", 5039, tls=True), "campctl", secret)     # connects on first use
reply = await ami.ask("QueueAdd", {"Queue": "vp", "Interface": "PJSIP/ann.lee"})
rows = await ami.collect("QueueSummary")                                   # events up to the one that completes the list
answers = await ami.many([put("ext", "3001", "line:ann.lee"), ...])         # a Reply or a BackendError for each
lines = await ami.command("core show uptime")
tree = await db_tree(ami, "ps")                                            # "endpoint/ann.lee" -> text
"""

from __future__ import annotations

from campctl.backends.asterisk.ami.client import Ami, AmiOptions, refused, settled
from campctl.backends.asterisk.ami.database import db_del, db_get, db_put, db_tree, db_whole, delete, put, was_absent
from campctl.backends.asterisk.ami.files import Edit, Sections, edit_requests, read_config
from campctl.backends.asterisk.ami.opening import About, Where
from campctl.backends.asterisk.ami.pending import Answer
from campctl.backends.asterisk.ami.puts import Puts
from campctl.backends.asterisk.ami.wire import MAX_LINE, MAX_LINES, Fields, Message, Reply, Request

__all__ = [
    "MAX_LINE",
    "MAX_LINES",
    "About",
    "Ami",
    "AmiOptions",
    "Answer",
    "Edit",
    "Fields",
    "Message",
    "Puts",
    "Reply",
    "Request",
    "Sections",
    "Where",
    "db_del",
    "db_get",
    "db_put",
    "db_tree",
    "db_whole",
    "delete",
    "edit_requests",
    "put",
    "read_config",
    "refused",
    "settled",
    "was_absent",
]
