"""Entries about forecasts: calls by interval, and the shape of a day."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

_YAML = """\
hotlines:
  lines:
    name: Lines
    extension: 3095
    seats: 1
    answer: { users: [ann] }
    volume: { forecast: calls.csv }
"""

register(
    Entry(
        code="forecast-not-found",
        severity="error",
        summary="a forecast that is not there",
        why="Without it nobody knows how many people to call in.",
        example=_YAML,
    ),
    Entry(
        code="forecast-gap",
        severity="error",
        summary="a forecast with a gap",
        why="Read as no calls, it would leave those hours without people.",
        example={
            "lines.yaml": _YAML,
            "calls.csv": "start,calls\n2026-11-03T06:00,40\n2026-11-03T06:15,50\n2026-11-03T06:30,60\n2026-11-03T07:15,90\n",
        },
    ),
    Entry(
        code="forecast-twice",
        severity="error",
        summary="two figures for one interval",
        why="Which of the two holds would be chance.",
        example={
            "lines.yaml": _YAML,
            "calls.csv": "start,calls\n2026-11-03T06:00,40\n2026-11-03T06:15,50\n2026-11-03T06:15,60\n",
        },
    ),
    Entry(
        code="forecast-uneven",
        severity="error",
        summary="intervals of different lengths",
        why="A figure is of its interval: forty calls in a quarter of an hour need four times the people of forty in an hour.",
        example={
            "lines.yaml": _YAML,
            "calls.csv": "start,calls\n2026-11-03T06:00,40\n2026-11-03T06:15,50\n2026-11-03T06:30,60\n2026-11-03T06:40,90\n",
        },
    ),
    Entry(
        code="forecast-unsorted",
        severity="warning",
        summary="a forecast that is not in order",
        why="It was put in order; but files that were pasted together often have a part twice, or of another day.",
        example={
            "lines.yaml": _YAML,
            "calls.csv": "start,calls\n2026-11-03T06:15,50\n2026-11-03T06:00,40\n2026-11-03T06:30,60\n",
        },
    ),
    Entry(
        code="forecast-zones",
        severity="error",
        summary="a forecast of two clocks",
        why="Part of the calls would be counted at the wrong hour, and the people called in for then.",
        example={
            "lines.yaml": _YAML,
            "calls.csv": "start,calls\n2026-11-03T06:00,40\n2026-11-03T06:15-05:00,50\n",
        },
    ),
    Entry(
        code="forecast-figure",
        severity="error",
        summary="a figure that cannot be",
        why="Calls are counted from 0 up; handling one takes from a second to hours.",
        example={
            "lines.yaml": _YAML,
            "calls.csv": "start,calls\n2026-11-03T06:00,-4\n2026-11-03T06:15,50\n",
        },
    ),
    Entry(
        code="forecast-outlier",
        severity="warning",
        summary="a figure far above all others",
        why="A digit too many calls in ten times the people.",
        example={
            "lines.yaml": _YAML,
            "calls.csv": "start,calls\n" + "".join(f"2026-11-03T{6 + n:02d}:00,{4000 if n == 5 else 40}\n" for n in range(9)),
        },
    ),
    Entry(
        code="bad-shape",
        severity="error",
        summary="not the shape of a day",
        why="A shape spreads a day's calls over its 24 hours; shares that do not add up to 100% lose some, or make some up.",
        example=_YAML.replace("{ forecast: calls.csv }", "{ calls_per_day: 900, shape: [" + ", ".join(["4%"] * 24) + "] }"),
    ),
)
