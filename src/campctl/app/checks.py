"""Every finding of a campaign: of the manifests, of the backends' options, and of what the backends cannot do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from campctl import errors
from campctl.app import wiring
from campctl.findings import Finding, Ref
from campctl.findings.catalogue import finding

if TYPE_CHECKING:
    from campctl.manifest.load import Loaded
    from campctl.model.campaign import BackendSpec, Campaign
    from campctl.model.live import Capabilities
    from campctl.ports.backend import BackendFactory, Option


def all_findings(loaded: Loaded) -> tuple[Finding, ...]:
    """The manifests' findings and those that need the backends' capabilities, each at its place, in order of place."""
    found = list(loaded.findings)
    if loaded.campaign is not None:
        from campctl.manifest.load import located

        capabilities, wrong = capabilities_of(loaded.campaign)
        if loaded.ok:
            from campctl.effective import check

            wrong += check(loaded.campaign, capabilities)
        found += (located(loaded, item) for item in wrong)
    return tuple(sorted(found, key=_place))


def _place(item: Finding) -> tuple[str, int, int, str]:
    span = item.span
    return (span.file, span.line, span.column, item.code) if span else ("", 0, 0, item.code)


def capabilities_of(campaign: Campaign) -> tuple[dict[str, Capabilities], list[Finding]]:
    """What each backend can do under its options, and what is wrong with those options."""
    able: dict[str, Capabilities] = {}
    wrong: list[Finding] = []
    for name, spec in campaign.backends.items():
        made = wiring.factory(spec.type)
        if made is None:
            known = wiring.backend_types()
            near = _near(spec.type, known)
            wrong.append(
                finding(
                    "unknown-backend-type",
                    f"Backend `{name}` is of type `{spec.type}`, and no backend of that type is installed. Installed: {', '.join(known)}.",
                    help=f"Did you mean `{near[0]}`?" if near else "Install the package that offers it, or name another type.",
                    at=Ref("campaign", "", "backends", (name, "type")),
                )
            )
            continue
        problems = _option_findings(spec, made)
        wrong += problems
        if not problems:
            able[name] = made.capabilities(wiring.own_options(spec))
    return able, wrong


def _near(word: str, known: Iterable[str]) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(word, list(known), 1)


def _option_findings(spec: BackendSpec, made: BackendFactory) -> list[Finding]:
    known: Mapping[str, Option] = {option.name: option for option in made.options}
    found = []
    for name, value in spec.options.items():
        if name == "secrets":
            continue
        place = Ref("campaign", "", "backends", (spec.name, name))
        option = known.get(name)
        if option is None:
            near = _near(name, known)
            found.append(
                finding(
                    "unknown-backend-option",
                    f"A backend of type `{spec.type}` has no option `{name}`. It takes: {', '.join(sorted(known))}.",
                    help=f"Did you mean `{near[0]}`?" if near else "Remove it.",
                    at=place,
                )
            )
        # Some make sense only together: what is fine with all the others is no mistake.
        elif (why := _mismatch(made, {name: value})) and _mismatch(made, wiring.own_options(spec)):
            found.append(finding("bad-backend-option", why, help=option.doc, at=place))
    found += (
        finding(
            "missing-backend-option",
            f"Backend `{spec.name}` of type `{spec.type}` needs the option `{option.name}`: {option.doc}",
            help=f"Add `{option.name}:` to it.",
            at=Ref("campaign", "", "backends", (spec.name,)),
        )
        for option in known.values()
        if option.required and option.name not in spec.options
    )
    if not found and (why := _mismatch(made, wiring.own_options(spec))):
        at = Ref("campaign", "", "backends", (spec.name,))
        found.append(finding("bad-backend-option", why, help="Each makes sense by itself; take one of them out.", at=at))
    return found


def _mismatch(made: BackendFactory, options: Mapping[str, Any]) -> str:
    """What the backend says against these options; "" when it takes them."""
    try:
        made.capabilities(options)
    except errors.Refused as error:
        return error.message
    return ""
