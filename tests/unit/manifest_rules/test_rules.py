"""Every rule, as a table: what is changed in a sound campaign, and which findings at which places that makes."""

# ruff: noqa: E501 - one row is one case

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from campctl.findings import Ref
from campctl.findings.catalogue import load_all
from campctl.manifest.rules import RULES, check

Make = SimpleNamespace
Case = tuple[str, Callable[[Make], Any], list[tuple[str, Ref]]]


def T(make: Make, text: str) -> Any:  # noqa: N802 - short, it stands in every row
    return make.m.Target(*text.split("/", 1))


POLICY = ("campaign", "", "policy")
CASES: list[Case] = [
    ("sound", lambda k: k.build(), []),
    # extensions
    ("user/user", lambda k: k.build(k.user("cat", "3001")), [("extension-taken", Ref("users", "cat", "extension"))]),
    ("user/port", lambda k: k.build(k.port("x", "3002")), [("extension-taken", Ref("ports", "hq/x", "extension"))]),
    ("port/port", lambda k: k.build(k.port("x", "3010")), [("extension-taken", Ref("ports", "hq/x", "extension"))]),
    ("bank/bank, once", lambda k: k.build(*(k.port(f"x{n}", f"301{n}") for n in range(4))), [("extension-taken", Ref("ports", "hq/x0", "extension"))]),
    ("bank/users and bank, once each", lambda k: k.build(*(k.port(f"x{n}", f"30{n:02d}") for n in range(1, 12))), [("extension-taken", Ref("ports", "hq/x1", "extension")), ("extension-taken", Ref("ports", "hq/x10", "extension"))]),
    ("hotline/user", lambda k: k.build(k.hotline("main", extension="3001")), [("extension-taken", Ref("hotlines", "main", "extension"))]),
    ("moved, and their office's others on both", lambda k: k.build(k.user("cat", "3001", backend="other")), [("extension-taken", Ref("users", "cat", "extension"))]),
    ("moved to where another has it", lambda k: k.build(k.office("east", backend="other"), k.user("cat", "3003", office="east"), k.user("dan", "3003", backend="other")),
     [("extension-taken", Ref("users", "dan", "extension"))]),
    ("a second line where another has it", lambda k: k.build(k.office("east", backend="other"), k.port("x", "3003", office="east"), k.user("dan", "3003", also_on="other")),
     [("extension-taken", Ref("ports", "east/x", "extension"))]),
    ("all moved, to where nobody has them", lambda k: k.build(k.office("east", backend="other"), k.user("cat", "3003", office="east"), k.user("dan", "3004", backend="other", also_on="local")), []),
    ("same extension on another backend", lambda k: k.build(k.office("east", backend="other"), k.user("cat", "3001", office="east")), []),
    ("hotline on another backend", lambda k: k.build(k.office("east", backend="other"), k.user("cat", "3001", office="east"), k.hotline("x", extension="3001", backend="other", answer=k.m.Answer(users=("cat",)))),
     [("extension-taken", Ref("hotlines", "x", "extension"))]),
    ("outside", lambda k: k.build(k.user("cat", "4001")), [("extension-outside-office", Ref("users", "cat", "extension"))]),
    ("outside, more digits", lambda k: k.build(k.user("cat", "30010")), [("extension-outside-office", Ref("users", "cat", "extension"))]),
    ("outside, but another office's: kept in a move", lambda k: k.build(k.office("east", extensions=(k.m.ExtensionRange("4000", "4099"),)), k.user("cat", "4001")), []),
    ("outside, a bank once", lambda k: k.build(k.port("x1", "4001"), k.port("x2", "4002")), [("extension-outside-office", Ref("ports", "hq/x1", "extension"))]),
    ("ranges overlap", lambda k: k.build(k.office("east", extensions=(k.m.ExtensionRange("4000", "4009"), k.m.ExtensionRange("3090", "3100")))),
     [("extension-ranges-overlap", Ref("offices", "hq", "extensions", ("0",)))]),
    ("ranges of another length", lambda k: k.build(k.office("east", extensions=(k.m.ExtensionRange("30000", "30999"),))), []),
    ("ranges on another backend", lambda k: k.build(k.office("east", backend="other", extensions=(k.m.ExtensionRange("3000", "3099"),))), []),
    ("911", lambda k: k.build(k.office("east"), k.user("cat", "9112", office="east"), k.user("dan", "99110", office="east")),
     [("extension-hides-emergency", Ref("users", "cat", "extension")), ("extension-hides-emergency", Ref("users", "dan", "extension"))]),
    ("112 is an extension in the US", lambda k: k.build(k.office("east"), k.user("cat", "1123", office="east")), []),
    # numbers
    ("two users", lambda k: k.build(k.user("cat", "3003", number="+13125550111"), k.user("dan", "3004", number="+13125550111")), [("number-taken", Ref("users", "dan", "number"))]),
    ("user and numbers.to", lambda k: k.build(k.user("cat", "3003", number="+13125550100")), [("number-taken", Ref("users", "cat", "number"))]),
    ("user and their own numbers.to", lambda k: k.build(k.user("cat", "3003", number="+13125550111"), k.m.Number("+13125550111", T(k, "user/cat"))), []),
    ("user and a reserved number", lambda k: k.build(k.user("cat", "3003", number="+13125550111"), k.m.Number("+13125550111")), []),
    ("two hotlines", lambda k: k.build(k.hotline("x", numbers=("+18005550142",)), k.hotline("y", numbers=("+18005550142",))), [("number-taken", Ref("hotlines", "y", "numbers", ("0",)))]),
    ("one hotline twice", lambda k: k.build(k.hotline("x", numbers=("+18005550142", "+18005550142"))), [("number-taken", Ref("hotlines", "x", "numbers", ("1",)))]),
    ("hotline and numbers.to elsewhere", lambda k: k.build(k.hotline("x", numbers=("+13125550100",))), [("number-taken", Ref("hotlines", "x", "numbers", ("0",)))]),
    ("hotline and numbers.to of it", lambda k: k.build(k.hotline("main", numbers=("+13125550100",))), []),
    ("user and hotline", lambda k: k.build(k.hotline("x", numbers=("+18005550142",)), k.user("cat", "3003", number="+18005550142")), [("number-taken", Ref("users", "cat", "number"))]),
    ("main number unknown", lambda k: k.build(main_number="+13125550199"), [("main-number-unanswered", Ref("campaign", "", "main_number"))]),
    ("main number in reserve", lambda k: k.build(k.m.Number("+13125550199"), main_number="+13125550199"), [("main-number-unanswered", Ref("campaign", "", "main_number"))]),
    ("no main number", lambda k: k.build(main_number=""), []),
    ("caller id", lambda k: k.build(k.office("hq", caller_id="+13125550155")), [("caller-id-not-held", Ref("offices", "hq", "caller_id"))]),
    ("caller id held in reserve", lambda k: k.build(k.office("hq", caller_id="+13125550155"), k.m.Number("+13125550155")), []),
    ("outside is inside", lambda k: k.build(k.hotline("x", extension="3090", overflow=T(k, "outside/+13125550100"))), [("outside-is-inside", Ref("hotlines", "x", "overflow"))]),
    ("dark port", lambda k: k.build(k.m.Number("+13125550122", T(k, "port/hq/d1"))), [("number-rings-dark-port", Ref("numbers", "+13125550122", "to"))]),
    # references
    ("user's office", lambda k: k.build(k.user("cat", "3003", office="hqq")), [("unknown-office", Ref("users", "cat", "office"))]),
    ("bank's office once", lambda k: k.build(k.port("a1", "3031", office="hqq"), k.port("a2", "3032", office="hqq")), [("unknown-office", Ref("ports", "hqq/a1", "office"))]),
    ("number's office", lambda k: k.build(k.m.Number("+13125550122", office="hqq")), [("unknown-office", Ref("numbers", "+13125550122", "office"))]),
    ("answer's office", lambda k: k.build(k.hotline("main", answer=k.m.Answer(offices=("hq", "hqq")))), [("unknown-office", Ref("hotlines", "main", "answer", ("offices", "1")))]),
    ("surge's office", lambda k: k.build(k.surge("s", k.at(1), k.at(2), ports=(k.m.SurgePorts("hqq", any=1),))), [("unknown-office", Ref("surges", "s", "ports", ("0", "office")))]),
    ("default backend, told once", lambda k: k.build(k.office("hq", backend="loacl"), default_backend="loacl"), [("unknown-backend", Ref("campaign", "", "backend"))]),
    ("office's backend", lambda k: k.build(k.office("east", backend="othr")), [("unknown-backend", Ref("offices", "east", "backend"))]),
    ("a person's backend", lambda k: k.build(k.user("cat", "3003", backend="othr")), [("unknown-backend", Ref("users", "cat", "backend"))]),
    ("a person's second backend", lambda k: k.build(k.user("cat", "3003", also_on="othr")), [("unknown-backend", Ref("users", "cat", "also_on"))]),
    ("a bank's backend, once", lambda k: k.build(*(k.port(f"x{n}", f"302{n}", backend="othr", also_on="") for n in range(3))), [("unknown-backend", Ref("ports", "hq/x0", "backend"))]),
    ("port's hotline", lambda k: k.build(k.port("x", "3030", hotline="mian")), [("unknown-hotline", Ref("ports", "hq/x", "hotline"))]),
    ("surge's hotlines", lambda k: k.build(k.surge("s", k.at(1), k.at(2), seats={"mian": k.m.SeatChange(2)}, volume={"mian": 4}, ports=(k.m.SurgePorts("hq", any=1, hotline="mian"),))),
     [("unknown-hotline", Ref("surges", "s", "seats", ("mian",))), ("unknown-hotline", Ref("surges", "s", "calls", ("mian",))), ("unknown-hotline", Ref("surges", "s", "ports", ("0", "hotline")))]),
    ("overflow", lambda k: k.build(k.hotline("main", overflow=T(k, "hotline/legal"))), [("unknown-hotline", Ref("hotlines", "main", "overflow"))]),
    ("failover", lambda k: k.build(k.hotline("main", failover=T(k, "user/cat"))), [("unknown-user", Ref("hotlines", "main", "failover"))]),
    ("escalation to", lambda k: k.build(k.hotline("main", escalation=(k.m.Escalation(60, to=T(k, "port/hq/zz")),))), [("unknown-port", Ref("hotlines", "main", "escalation", ("0", "to")))]),
    ("number to", lambda k: k.build(k.m.Number("+13125550122", T(k, "user/cat"))), [("unknown-user", Ref("numbers", "+13125550122", "to"))]),
    ("port's user", lambda k: k.build(k.port("x", "3030", user="anne")), [("unknown-user", Ref("ports", "hq/x", "user"))]),
    ("answer's user", lambda k: k.build(k.hotline("main", answer=k.m.Answer(users=("ann", "bn")))), [("unknown-user", Ref("hotlines", "main", "answer", ("users", "1")))]),
    ("escalation's user", lambda k: k.build(k.hotline("main", escalation=(k.m.Escalation(60, answer=k.m.Answer(users=("ben", "cat")), seats=1),))), [("unknown-user", Ref("hotlines", "main", "escalation", ("0", "answer", "users", "1")))]),
    ("surge's desks", lambda k: k.build(k.surge("s", k.at(1), k.at(2), ports=(k.m.SurgePorts("hq", desks=("d1", "d9")),))), [("unknown-port", Ref("surges", "s", "ports", ("0", "desks")))]),
    ("renamed, old id there", lambda k: k.build(k.user("cat", "3003", renamed_from="ann")), [("renamed-from-taken", Ref("users", "cat", "renamed_from"))]),
    ("renamed, claimed twice", lambda k: k.build(k.user("cat", "3003", renamed_from="kat"), k.user("dan", "3004", renamed_from="kat")), [("renamed-from-taken", Ref("users", "dan", "renamed_from"))]),
    ("renamed desk", lambda k: k.build(k.port("x", "3030", renamed_from="d1")), [("renamed-from-taken", Ref("ports", "hq/x", "renamed_from"))]),
    ("renamed from a line there", lambda k: k.build(k.user("cat", "3003", renamed_from="line/user/ann")), [("renamed-from-taken", Ref("users", "cat", "renamed_from"))]),
    ("renamed from a desk's line", lambda k: k.build(k.user("cat", "3003", renamed_from="line/port/hq/d1")), [("renamed-from-taken", Ref("users", "cat", "renamed_from"))]),
    ("taken over twice", lambda k: k.build(k.user("cat", "3003", renamed_from="line/old/7"), k.port("x", "3030", renamed_from="line/old/7")), [("renamed-from-taken", Ref("ports", "hq/x", "renamed_from"))]),
    ("taken over", lambda k: k.build(k.user("cat", "3003", renamed_from="line/old/7"), k.port("x", "3030", renamed_from="line/old/8")), []),
    ("renamed, gone", lambda k: k.build(k.user("cat", "3003", renamed_from="kat")), []),
    # offices
    ("no address", lambda k: k.build(k.office("east", address=k.m.Address())), [("address-incomplete", Ref("offices", "east", "address"))]),
    ("no state abroad", lambda k: k.build(k.office("east", address=k.m.Address("1 Rue", "Lyon", "", "69001", "FR"))), []),
    ("ports without floor", lambda k: k.build(k.office("east", address=k.replace(k.address, floor="")), k.port("e1", "4001", office="east"), k.port("e2", "4002", office="east")), [("address-without-floor", Ref("offices", "east", "address"))]),
    ("ports with floor", lambda k: k.build(k.office("east", address=k.replace(k.address, floor="")), k.port("e1", "4001", office="east", room="x")), []),
    ("no ports, no floor", lambda k: k.build(k.office("east", address=k.replace(k.address, floor=""))), []),
    ("state", lambda k: k.build(k.office("east", address=k.replace(k.address, state="Illinois"))), [("address-unlikely", Ref("offices", "east", "address", ("state",)))]),
    ("zip", lambda k: k.build(k.office("east", address=k.replace(k.address, postal_code="6061"))), [("address-unlikely", Ref("offices", "east", "address", ("postal_code",)))]),
    ("zip+4", lambda k: k.build(k.office("east", address=k.replace(k.address, postal_code="60601-1234"))), []),
    ("notify", lambda k: k.build(k.office("east", notify_911=())), [("no-911-notification", Ref("offices", "east", "notify_911"))]),
    # people
    ("a second line at home", lambda k: k.build(k.user("cat", "3003", also_on="local")), [("second-line-at-home", Ref("users", "cat", "also_on"))]),
    ("a second line where they moved", lambda k: k.build(k.user("cat", "3003", backend="other", also_on="other")), [("second-line-at-home", Ref("users", "cat", "also_on"))]),
    ("a bank's second lines at home, once", lambda k: k.build(*(k.port(f"x{n}", f"302{n}", also_on="local") for n in range(3))), [("second-line-at-home", Ref("ports", "hq/x0", "also_on"))]),
    ("somebody who answers moved", lambda k: k.build(k.user("ben", "3002", backend="other")), [("answerer-on-other-backend", Ref("hotlines", "main", "answer", ("users", "1")))]),
    ("all who answer moved", lambda k: k.build(k.user("ann", "3001", backend="other", skills=("legal",), languages=("en", "es")), k.user("ben", "3002", backend="other"), k.hotline("main", answer=k.m.Answer(users=("ann", "ben"), ports=False))),
     [("hotline-unanswered", Ref("hotlines", "main", "answer"))]),
    ("two ports", lambda k: k.build(k.port("x", "3030", user="ann"), k.port("y", "3031", user="ann")), [("user-at-two-ports", Ref("ports", "hq/y", "user"))]),
    ("a bank for one person, once", lambda k: k.build(*(k.port(f"x{n}", f"303{n}", user="ann") for n in range(5))), [("user-at-two-ports", Ref("ports", "hq/x1", "user"))]),
    ("a bank for nobody known, once", lambda k: k.build(*(k.port(f"x{n}", f"303{n}", user="zed") for n in range(5))), [("unknown-user", Ref("ports", "hq/x0", "user"))]),
    ("elsewhere", lambda k: k.build(k.office("east"), k.port("x", "4001", office="east", user="ann")), [("port-user-elsewhere", Ref("ports", "east/x", "user"))]),
    ("toll fraud, a bank once", lambda k: k.build(k.port("x", "3030", permission="international"), k.port("y", "3031", permission="international")), [("port-may-dial-far", Ref("ports", "hq/x", "permission"))]),
    ("a named person may dial far", lambda k: k.build(k.port("x", "3030", permission="national", user="ann")), []),
    ("port refused", lambda k: k.build(k.hotline("main", answer=k.m.Answer(users=("ann",), ports=False)), k.port("x", "3030", hotline="main"), k.port("y", "3031", hotline="main")), [("port-hotline-refuses", Ref("ports", "hq/x", "hotline"))]),
    ("nobody has", lambda k: k.build(k.hotline("main", answer=k.m.Answer(skills=("legal", "legl"), languages=("fr",), roles=("boss",), users=("ann",)))),
     [("nobody-has", Ref("hotlines", "main", "answer", (kind, index))) for kind, index in (("roles", "0"), ("skills", "1"), ("languages", "0"))]),
    # hotlines
    ("baseline below min", lambda k: k.build(k.hotline("main", seats=k.m.Seats(1, 2, 4))), [("seats-out-of-order", Ref("hotlines", "main", "seats", ("baseline",)))]),
    ("baseline above max", lambda k: k.build(k.hotline("main", seats=k.m.Seats(2, 0, 1))), [("seats-out-of-order", Ref("hotlines", "main", "seats", ("baseline",)))]),
    ("min above max", lambda k: k.build(k.hotline("main", seats=k.m.Seats(1, 3, 1))), [("seats-out-of-order", Ref("hotlines", "main", "seats", ("min",)))]),
    ("nobody answers", lambda k: k.build(k.hotline("main", answer=k.m.Answer(ports=False))), [("hotline-unanswered", Ref("hotlines", "main", "answer"))]),
    ("nobody of that backend", lambda k: k.build(k.hotline("main", backend="other", answer=k.m.Answer(users=("ann",), ports=False))), [("hotline-unanswered", Ref("hotlines", "main", "answer"))]),
    ("nobody needed", lambda k: k.build(k.hotline("main", seats=k.m.Seats(0, 0, 0), answer=k.m.Answer(ports=False))), []),
    ("dark ports count as somebody", lambda k: k.build(k.hotline("main", seats=k.m.Seats(0, 0, 4), answer=k.m.Answer())), []),
    ("more seats than people", lambda k: k.build(k.hotline("main", seats=k.m.Seats(3, 0, 4))), [("seats-beyond-people", Ref("hotlines", "main", "seats", ("baseline",)))]),
    ("a lit port takes the third seat", lambda k: k.build(k.hotline("main", seats=k.m.Seats(3, 0, 4)), k.port("x", "3030", lit=True)), []),
    ("a named port is not a second person", lambda k: k.build(k.hotline("main", seats=k.m.Seats(3, 0, 4)), k.port("x", "3030", lit=True, user="ann")), [("seats-beyond-people", Ref("hotlines", "main", "seats", ("baseline",)))]),
    ("a port kept for another hotline", lambda k: k.build(k.hotline("main", seats=k.m.Seats(3, 0, 4)), k.hotline("x", extension="3090"), k.port("x", "3030", lit=True, hotline="x")), [("seats-beyond-people", Ref("hotlines", "main", "seats", ("baseline",)))]),
    ("escalation without people", lambda k: k.build(k.hotline("main", escalation=(k.m.Escalation(60, answer=k.m.Answer(skills=("legal",), ports=False), seats=2),))), [("escalation-beyond-people", Ref("hotlines", "main", "escalation", ("0", "seats")))]),
    ("escalation without seats", lambda k: k.build(k.hotline("main", escalation=(k.m.Escalation(60, answer=k.m.Answer(users=("ben",))),))), [("escalation-without-seats", Ref("hotlines", "main", "escalation", ("0",)))]),
    ("unreachable", lambda k: k.build(k.hotline("x")), [("hotline-unreachable", Ref("hotlines", "x"))]),
    ("reached by overflow", lambda k: k.build(k.hotline("x"), k.hotline("main", overflow=T(k, "hotline/x"))), []),
    ("hours overlap", lambda k: k.build(k.hotline("main", hours=(k.m.HoursRule((0, 1), 600, 800), k.m.HoursRule((1, 2), 700, 900)))), [("hours-overlap", Ref("hotlines", "main", "hours", ("1",)))]),
    ("hours overlap past midnight", lambda k: k.build(k.hotline("main", hours=(k.m.HoursRule((0,), 1200, 1440), k.m.HoursRule((1,), 0, 480), k.m.HoursRule((1,), 420, 900)))), [("hours-overlap", Ref("hotlines", "main", "hours"))]),
    ("hours touch", lambda k: k.build(k.hotline("main", hours=(k.m.HoursRule((0, 1), 600, 800), k.m.HoursRule((1, 2), 800, 900)))), []),
    ("never closed", lambda k: k.build(k.hotline("main", closed=T(k, "user/ann"))), [("closed-never-used", Ref("hotlines", "main", "closed"))]),
    ("no room", lambda k: k.build(k.hotline("main", seats=k.m.Seats(1, 1, 1), autoscale=k.m.Autoscale())), [("autoscale-without-room", Ref("hotlines", "main", "autoscale"))]),
    ("all in time", lambda k: k.build(k.hotline("main", seats=k.m.Seats(1, 1, 2), service=k.m.Service(target=1.0), autoscale=k.m.Autoscale())), [("autoscale-without-target", Ref("hotlines", "main", "service", ("target",)))]),
    ("none in time", lambda k: k.build(k.hotline("main", seats=k.m.Seats(1, 1, 2), service=k.m.Service(target=0.0), autoscale=k.m.Autoscale())), [("autoscale-without-target", Ref("hotlines", "main", "service", ("target",)))]),
    ("room and target", lambda k: k.build(k.hotline("main", seats=k.m.Seats(1, 1, 2), autoscale=k.m.Autoscale())), []),
    # routing
    ("itself", lambda k: k.build(k.hotline("main", overflow=T(k, "hotline/main"))), [("hotline-circle", Ref("hotlines", "main", "overflow"))]),
    ("by its own number", lambda k: k.build(k.hotline("main", overflow=T(k, "outside/+13125550100"))), [("outside-is-inside", Ref("hotlines", "main", "overflow")), ("hotline-circle", Ref("hotlines", "main", "overflow"))]),
    ("failover of each other", lambda k: k.build(k.hotline("main", failover=T(k, "hotline/x")), k.hotline("x", failover=T(k, "hotline/main"))), [("failover-circle", Ref("hotlines", "main", "failover"))]),
    ("a chain", lambda k: k.build(k.hotline("main", overflow=T(k, "hotline/x")), k.hotline("x", failover=T(k, "hotline/y")), k.hotline("y", overflow=T(k, "user/ann"))), []),
    ("escalation order", lambda k: k.build(k.hotline("main", escalation=(k.m.Escalation(60, answer=k.m.Answer(users=("ben",)), seats=1), k.m.Escalation(60, to=T(k, "user/ann"))))), [("escalation-order", Ref("hotlines", "main", "escalation", ("1", "after")))]),
    ("after max_wait", lambda k: k.build(k.hotline("main", max_wait=60, escalation=(k.m.Escalation(60, to=T(k, "user/ann")),))), [("escalation-never-reached", Ref("hotlines", "main", "escalation", ("0", "after")))]),
    ("after it has gone", lambda k: k.build(k.hotline("main", escalation=(k.m.Escalation(60, to=T(k, "user/ann")), k.m.Escalation(90, to=T(k, "user/ben"))))), [("escalation-never-reached", Ref("hotlines", "main", "escalation", ("1", "after")))]),
    # surges
    ("backwards", lambda k: k.build(k.surge("s", k.at(2), k.at(1), seats={"main": k.m.SeatChange(2)})), [("surge-ends-before-it-begins", Ref("surges", "s", "until"))]),
    ("no time", lambda k: k.build(k.surge("s", k.at(2), k.at(2), seats={"main": k.m.SeatChange(2)})), [("surge-ends-before-it-begins", Ref("surges", "s", "until"))]),
    ("nothing", lambda k: k.build(k.surge("s", k.at(1), k.at(2))), [("surge-without-effect", Ref("surges", "s"))]),
    ("plus nothing", lambda k: k.build(k.surge("s", k.at(1), k.at(2), seats={"main": k.m.SeatChange(0, relative=True)})), [("surge-without-effect", Ref("surges", "s"))]),
    ("calls alone", lambda k: k.build(k.surge("s", k.at(1), k.at(2), volume={"main": 100})), []),
    ("two surges", lambda k: k.build(*(k.surge(n, k.at(d), k.at(d + 2), seats={"main": k.m.SeatChange(1, relative=True)}) for n, d in (("s", 1), ("t", 2), ("u", 4)))), [("surges-overlap", Ref("surges", "t", "seats", ("main",)))]),
    ("above max", lambda k: k.build(k.surge("s", k.at(1), k.at(2), seats={"main": k.m.SeatChange(4, relative=True)})), [("surge-seats-beyond-limits", Ref("surges", "s", "seats", ("main",))), ("surge-seats-beyond-people", Ref("surges", "s", "seats", ("main",)))]),
    ("below min", lambda k: k.build(k.hotline("main", seats=k.m.Seats(1, 1, 4)), k.surge("s", k.at(1), k.at(2), seats={"main": k.m.SeatChange(0)})), [("surge-seats-beyond-limits", Ref("surges", "s", "seats", ("main",)))]),
    ("more than people", lambda k: k.build(k.surge("s", k.at(1), k.at(2), seats={"main": k.m.SeatChange(4)}, ports=(k.m.SurgePorts("hq", any=1, hotline="main"),))), [("surge-seats-beyond-people", Ref("surges", "s", "seats", ("main",)))]),
    ("ports of the surge count", lambda k: k.build(k.surge("s", k.at(1), k.at(2), seats={"main": k.m.SeatChange(4)}, ports=(k.m.SurgePorts("hq", any=1, hotline="main"), k.m.SurgePorts("hq", desks=("d1",), hotline="main")))), []),
    ("a port's own hotline, lit by a surge", lambda k: k.build(*(k.port(f"d{n}", f"301{n}", hotline="main") for n in range(4)), k.surge("s", k.at(1), k.at(2), seats={"main": k.m.SeatChange(4)}, ports=(k.m.SurgePorts("hq", any=2),))), []),
    ("more than dark", lambda k: k.build(k.surge("s", k.at(1), k.at(2), ports=(k.m.SurgePorts("hq", any=5, hotline="main"),))), [("surge-ports-beyond-dark", Ref("surges", "s", "ports", ("0",)))]),
    ("more than dark together", lambda k: k.build(*(k.surge(n, k.at(d), k.at(d + 2), ports=(k.m.SurgePorts("hq", any=3, hotline="main"),)) for n, d in (("s", 1), ("t", 2)))), [("surge-ports-beyond-dark", Ref("surges", "t", "ports", ("0",)))]),
    ("one after the other", lambda k: k.build(*(k.surge(n, k.at(d), k.at(d + 1), ports=(k.m.SurgePorts("hq", any=3, hotline="main"),)) for n, d in (("s", 1), ("t", 2)))), []),
    ("in a freeze", lambda k: k.build(k.surge("s", k.at(1), k.at(4), seats={"main": k.m.SeatChange(2)}, ports=(k.m.SurgePorts("hq", any=1, hotline="main"),)), policy=k.m.Policy(freezes=(k.m.Freeze("f", k.at(3), k.at(5), ("scale",)),))),
     [("surge-in-freeze", Ref("surges", "s", "until"))]),
    ("in a freeze that allows it", lambda k: k.build(k.surge("s", k.at(1), k.at(4), seats={"main": k.m.SeatChange(2)}), policy=k.m.Policy(freezes=(k.m.Freeze("f", k.at(3), k.at(5), ("hotline/main",)),))), []),
    # autoscale
    ("nothing to move", lambda k: k.build(k.hotline("main", seats=k.m.Seats(2, 2, 2), autoscale=k.m.Autoscale())), [("autoscale-without-room", Ref("hotlines", "main", "autoscale"))]),
    *((f"a target of {target}", lambda k, target=target: k.build(k.hotline("main", autoscale=k.m.Autoscale(), service=k.m.Service(target=target))), [("autoscale-without-target", Ref("hotlines", "main", "service", ("target",)))])
      for target in (0.0, 1.0)),
    ("autoscale as it should be", lambda k: k.build(k.hotline("main", autoscale=k.m.Autoscale())), []),
    # shifts
    ("a shift of another year", lambda k: k.build(k.user("cat", "3003", shifts=(k.m.Shift(k.at(1), k.at(2)), k.m.Shift(k.at(1).replace(year=2025), k.at(2).replace(year=2025)))), k.surge("s", k.at(1), k.at(2), volume={"main": 100})),
     [("shift-before-campaign", Ref("users", "cat", "shifts", ("1",)))]),
    ("shifts and an empty calendar", lambda k: k.build(k.user("cat", "3003", shifts=(k.m.Shift(k.at(1).replace(year=2025), k.at(2).replace(year=2025)),))), []),
    # alerts
    ("an alert about nothing", lambda k: k.build(alerts={"a": k.alert("a", "waiting", hotlines=("main", "mian")), "b": k.alert("b", "office-silent", offices=("hg",)), "c": k.alert("c", "backend-lost", backends=("lokal",))}),
     [("alert-about-nothing", Ref("alerts", name, section, (index,))) for name, section, index in (("a", "hotlines", "1"), ("b", "offices", "0"), ("c", "backends", "0"))]),
    ("an alert for nobody", lambda k: k.build(alerts={"a": k.alert("a", "waiting", notify=("board", "pager", "pagr"))}, notify={"pager": k.alerts.Notifier(name="pager")}),
     [("unknown-notifier", Ref("alerts", "a", "notify", ("2",)))]),
    ("the board's name", lambda k: k.build(notify={"board": k.alerts.Notifier(name="board")}), [("unknown-notifier", Ref("campaign", "", "notify", ("board",)))]),
    ("sound alerts", lambda k: k.build(alerts={"a": k.alert("a", "waiting", hotlines=("main",), notify=("pager",))}, notify={"pager": k.alerts.Notifier(name="pager")}), []),
    # policy
    ("two currencies", lambda k: k.build(prices={"local": k.m.Prices(), "other": k.m.Prices(currency="EUR")}),
     [("mixed-currencies", Ref("campaign", "", "prices", ("other",)))]),
    ("prices of nobody's", lambda k: k.build(prices={"lokal": k.m.Prices()}), [("unknown-backend", Ref("campaign", "", "prices", ("lokal",)))]),
    ("freeze backwards", lambda k: k.build(policy=k.m.Policy(freezes=(k.m.Freeze("f", k.at(3), k.at(2)),))), [("freeze-ends-before-it-begins", Ref(*POLICY, ("freezes", "0", "until")))]),
    ("protected", lambda k: k.build(policy=k.m.Policy(protected=("hotline/main", "hotline/mian", "number/+13125550100", "desk/d1", "user/"))),
     [("unknown-protected", Ref(*POLICY, ("protected", index))) for index in ("1", "3", "4")]),
    ("exceptions", lambda k: k.build(policy=k.m.Policy(freezes=(k.m.Freeze("f", k.at(2), k.at(3), ("light", "lite", "hotline/main", "user/anne")),))),
     [("unknown-freeze-exception", Ref(*POLICY, ("freezes", "0", "allow", index))) for index in ("1", "3")]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_change_makes_these_findings_and_no_others(make: Make, change: Callable[[Make], Any], expected: list[tuple[str, Ref]]) -> None:
    """A campaign with one thing wrong has exactly the findings of that thing, each at its place."""
    assert [(found.code, found.at) for found in check(change(make))] == expected


def test_every_rule_is_in_the_table_and_in_the_catalogue() -> None:
    """No rule is left without a case that makes it speak, nor without its entry."""
    spoken = {code for _, _, expected in CASES for code, _ in expected}
    assert set(RULES) - spoken - {"hotline-circle"} == set()
    assert set(RULES) <= set(load_all())


def test_a_rule_makes_findings_of_its_own_code_only(make: Make) -> None:
    """A rule's id is the code of everything it finds, so that each can be run by itself."""
    for name, change, expected in CASES:
        for code in RULES:
            alone = [(found.code, found.at) for found in check(change(make), only={code})]
            assert alone == [found for found in expected if found[0] == code], name


def test_findings_are_sentences_with_advice(make: Make) -> None:
    """Every finding says what and why in full sentences, what to do, and keeps its summary free of values."""
    for name, change, _ in CASES:
        for found in check(change(make)):
            assert found.detail[0].isupper() or found.detail[0] in "`+", name
            assert found.detail.endswith((".", "!")), found.detail
            assert found.help.endswith((".", "?", "`")), found.help
            assert "`" not in found.summary or "max_wait" in found.summary
            assert not found.summary.endswith(".")
            assert "  " not in found.detail + found.help
