"""The versioned envelope of `--output json` and `yaml` (docs/output.md)."""

from __future__ import annotations

from typing import Any

from campctl.app.results import Applied, Planned, RunDetails, Validation
from campctl.model.records import Run
from campctl.views.style import Style
from campctl.views.text import escaped

VERSION = 1


def envelope(result: Any, style: Style) -> dict[str, Any]:
    """A result: status "success", or "partial" when some changes failed or were skipped, or a backend did not answer."""
    errors: list[dict[str, str]] = []
    done = result if isinstance(result, Applied) else getattr(result, "applied", None)
    if isinstance(done, Applied):
        errors = [{"code": "change-failed", "message": f"{change}: {why}", "hint": ""} for change, why in sorted(done.errors.items())]
    errors += [failed(one, hint="") for one in style.silent]
    findings = getattr(result, "findings", ())
    status = "partial" if errors else "error" if _invalid(result) else "success"
    return _envelope(style, kind=_kind(result), status=status, data=_data(result), findings=findings, errors=errors)


def failure(error: Exception, style: Style) -> dict[str, Any]:
    """An error: no data, and the findings it carries."""
    entry = failed(error, hint=getattr(error, "hint", ""))
    if diff := getattr(error, "diff", ""):
        entry["diff"] = diff
    guardrails = getattr(error, "guardrails", ())
    if guardrails:
        entry["guardrails"] = list(guardrails)
    return _envelope(style, kind="error", status="error", data=None, findings=getattr(error, "findings", ()), errors=[entry])


def failed(error: Exception, *, hint: str) -> dict[str, Any]:
    """One error; `backend` is there where one said it."""
    entry = {"code": getattr(error, "code", "internal"), "message": getattr(error, "message", str(error)), "hint": hint}
    backend = getattr(error, "backend", "")
    return {**entry, "backend": backend} if backend else entry


def encode(value: dict[str, Any], form: str) -> str:
    """As JSON or YAML text, harmless on a terminal and exact for who parses it."""
    import msgspec

    if form == "yaml":
        from campctl.views.yaml_out import dump

        return dump(msgspec.json.decode(_json(value)))
    return escaped(msgspec.json.format(_json(value), indent=2).decode()) + "\n"


def line(value: dict[str, Any]) -> str:
    """One line of JSON, harmless on a terminal."""
    return escaped(_json(value).decode()) + "\n"


def _json(value: Any) -> bytes:
    import msgspec

    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        # Only text from argv or file names can hold lone surrogates: bytes that are no UTF-8.
        return msgspec.json.encode(_no_surrogates(msgspec.to_builtins(value, str_keys=True)))


def _no_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_no_surrogates(key): _no_surrogates(item) for key, item in value.items()}
    return [_no_surrogates(item) for item in value] if isinstance(value, list) else value


def _envelope(style: Style, *, kind: str, status: str, data: Any, findings: Any, errors: list[Any]) -> dict[str, Any]:
    return {
        "campctl": VERSION,
        "command": style.command,
        "kind": kind,
        "status": status,
        "exit": style.exit,
        "data": data,
        "findings": list(findings),
        "errors": errors,
    }


def _kind(result: Any) -> str:
    name = type(result).__name__
    return "".join("-" + char.lower() if char.isupper() and index else char.lower() for index, char in enumerate(name))


def _invalid(result: Any) -> bool:
    return isinstance(result, Validation) and any(finding.severity == "error" for finding in result.findings)


def _data(result: Any) -> Any:
    """The result's fields, without findings (they have their own place) and without a run's encoded plan."""
    if isinstance(result, Validation):
        return {"files": result.files, "counts": result.counts}
    if isinstance(result, Planned):
        return {"plan": result.plan, "diff": result.diff}
    if isinstance(result, Applied):
        return {
            "run": _run(result.run) if result.run else None,
            "plan": result.plan,
            "states": result.states,
            "errors": result.errors,
            "next_steps": result.next_steps,
            "diff": result.diff,
            "warnings": result.warnings,
        }
    if isinstance(getattr(result, "applied", None), Applied):
        return {name: getattr(result, name) for name in result.__struct_fields__} | {"applied": _data(result.applied)}
    if isinstance(result, RunDetails):
        return {"run": _run(result.run), "plan": result.plan, "journal": result.journal}
    return result


def _run(run: Run) -> dict[str, Any]:
    return {name: getattr(run, name) for name in run.__struct_fields__ if name != "plan"}
