"""Entries about alerts."""

from __future__ import annotations

from campctl.findings.catalogue import HEAD, Entry, register

register(
    Entry(
        code="bad-alert",
        severity="error",
        summary="an alert whose parts do not fit together",
        why="A rule that cannot be judged is never raised, and everybody believes that all is well.",
        example="""\
alerts:
  long-waits: { when: longest-wait, above: 20 }
""",
    ),
    Entry(
        code="alert-about-nothing",
        severity="error",
        summary="an alert about something that does not exist",
        why="It would never be raised, and everybody believes that all is well.",
        example="""\
alerts:
  crowd: { when: waiting, above: 20, hotlines: [mian] }
""",
    ),
    Entry(
        code="unknown-notifier",
        severity="error",
        summary="nobody of that name is told of alerts",
        why="The alert would be raised, and who should come would not hear of it.",
        example="""\
alerts:
  crowd: { when: waiting, above: 20, notify: [war-room] }
""",
    ),
    Entry(
        code="insecure-webhook",
        severity="error",
        summary="a webhook nothing may be sent to",
        why="What is sent names people and places; over plain http anybody on the way could read it, and change it.",
        example=HEAD
        + """\
  notify:
    war-room: { webhook: "http://hooks.example.org/campctl" }
""",
    ),
)
