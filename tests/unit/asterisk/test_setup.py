"""What `backend init asterisk` writes: checked words in, complete files out, kept private, and in step with the rest of campctl."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import phonenumbers
import pytest

from campctl.backends.asterisk.facts.grammar import FORCED, HOTLINE
from campctl.backends.asterisk.facts.render import CONTEXT, render
from campctl.backends.asterisk.health import machine
from campctl.backends.asterisk.health.machine import needed
from campctl.backends.asterisk.options import OPTIONS
from campctl.backends.asterisk.setup import DIALPLAN, HINTS, Asked, files, place, settle
from campctl.backends.asterisk.setup.fill import fill
from campctl.backends.asterisk.setup.nanp import ABROAD, NEVER, TOLL_FREE
from campctl.backends.asterisk.shelves.astdb import MAPS
from campctl.backends.asterisk.shelves.members import LOCK_QUEUE
from campctl.errors import UsageError
from campctl.model.campaign import PERMISSIONS
from campctl.model.resources import Key, Line, Location, Queue, Route

FULL: dict[str, Any] = {
    "node": "a",
    "trunk": "sip.example.net:5070",
    "trunk_user": "acct",
    "trunk_calls": 20,
    "peers": ("b=pbx-b.example.org", "c=192.0.2.7:5080"),
    "home": ("312", "773"),
    "caller_id": "+13125550100",
    "external": "192.0.2.1",
    "ami_bind": "192.0.2.1",
    "permits": ("198.51.100.0/24",),
    "tls_cert": "/etc/ssl/a.pem",
    "tls_key": "/etc/ssl/a.key",
}
SECRETS = {"manager": "manager-secret", "trunk": "trunk;secret", "database": "database-secret"}


def made(**asked: Any) -> dict[str, str]:
    return files(settle(Asked(**asked)), SECRETS)


def sections(text: str) -> list[tuple[str, dict[str, str]]]:
    """Sections of a file in order, each with its options; without comments."""
    found: list[tuple[str, dict[str, str]]] = []
    for line in text.splitlines():
        line = line.split(" ;")[0].strip()
        if match := re.match(r"\[([^\]]+)\]", line):
            found.append((match[1], {}))
        elif line and not line.startswith(";"):
            name, _, value = line.partition("=")
            found[-1][1][name.strip()] = value.strip()
    return found


class TestFiles:
    """The files of different wishes."""

    @pytest.mark.parametrize("asked", [{}, FULL, {**FULL, "database": "postgresql://asterisk@db.example.org/pbx"}])
    def test_nothing_is_left_unfilled(self, asked: dict[str, Any]) -> None:
        """Every template is filled: no placeholder, no directive; every section of it begins a line."""
        for name, text in made(**asked).items():
            assert not re.search(r"@[A-Z_]+@|^;@", text, re.MULTILINE), name
            assert text.startswith(";"), f"{name} says what it is for"

    def test_minimal(self) -> None:
        """Without a trunk there is none: no endpoint leads outside, and the manager listens on loopback."""
        found = made()
        assert "[trunk" not in found["pjsip.conf"]
        assert re.search(r"^TRUNK = $", found["extensions.conf"], re.MULTILINE)
        manager = dict(sections(found["manager.conf"]))
        assert manager["general"]["bindaddr"] == "127.0.0.1"
        assert "tlsenable" not in manager["general"]
        assert "extconfig.conf" not in found

    def test_the_manager_may_do_the_least(self) -> None:
        """Nobody is let in but from the permitted nets; it may not place calls."""
        text = made(**FULL)["manager.conf"]
        permits = re.findall(r"^(deny|permit) = (.+)$", text, re.MULTILINE)
        assert permits[:2] == [("deny", "0.0.0.0/0"), ("deny", "::/0")]
        assert {net for what, net in permits if what == "permit"} == {"127.0.0.1/32", "::1/128", "198.51.100.0/24"}
        assert "originate" not in re.sub(r"^;.*", "", text, flags=re.MULTILINE)
        options = dict(sections(text))["general"]
        assert (options["bindaddr"], options["tlsbindaddr"]) == ("127.0.0.1", "192.0.2.1:5039")
        assert (options["tlsdisablev1"], options["tlsdisablev11"]) == ("yes", "yes")

    def test_trunk_and_peers(self) -> None:
        """The location goes with calls of the emergency trunk and of peers, not of the trunk; secrets stand in their files, escaped."""
        text = made(**FULL)["pjsip.conf"]
        assert "password = trunk\\;secret" in text
        parts = [(name, options) for name, options in sections(text)]
        emergency = next(options for name, options in parts if name == "trunk-emergency")
        assert emergency["geoloc_outgoing_call_profile"] == "<prefer_incoming>"
        assert all("geoloc_outgoing_call_profile" not in options for name, options in parts if name == "trunk")
        assert {options["match"] for name, options in parts if options.get("type") == "identify"} == {
            "sip.example.net",
            "pbx-b.example.org",
            "192.0.2.7",
        }
        assert all(options["context"] == "campctl-peer" for name, options in parts if name.startswith("peer-") and "context" in options)
        assert "PEERS = peer-b&peer-c" in made(**FULL)["extensions.conf"]

    def test_a_cluster(self) -> None:
        """Lines are in PostgreSQL, hotlines too; members stay with each machine."""
        found = made(**FULL, database="postgresql://asterisk@db.example.org:5433/pbx")
        assert "endpoint = realtime,ps_endpoints" in found["sorcery.conf"]
        assert "astdb" not in found["sorcery.conf"]
        assert "queue_members =>" not in found["extconfig.conf"]
        assert dict(sections(found["res_pgsql.conf"]))["general"] == {
            "hostname": "db.example.org",
            "port": "5433",
            "dbname": "pbx",
            "user": "asterisk",
            "password": "database-secret",
            "requirements": "warn",
        }
        assert "preload = res_config_pgsql.so" in found["modules.conf"]
        assert "pgsql" not in made(**FULL)["modules.conf"]

    def test_the_queue_of_the_lock(self) -> None:
        """The queue by which campctls take turns is there from the beginning, and members outlive a restart."""
        found = dict(sections(made()["queues.conf"]))
        assert LOCK_QUEUE in found
        assert found["general"]["persistentmembers"] == "yes"

    def test_modules_are_named_once(self) -> None:
        """No module is loaded twice; what transfers calls, runs programs or serves pages is not loaded."""
        names = re.findall(r"^(?:pre)?load = (\S+)$", made(database="postgresql://db/pbx")["modules.conf"], re.MULTILINE)
        assert len(set(names)) == len(names)
        assert not {
            name for name in names if re.search(r"refer|messaging|app_system|func_shell|res_ari|http|manager_presence|voicemail", name)
        }
        assert set(needed()) < set(names)
        assert "app_queue.so" in needed()


class TestDialplan:
    """The dialplan is in step with what campctl writes."""

    TEXT = re.sub(r"^;.*", "", files(settle(Asked(**FULL)), SECRETS)["extensions.conf"], flags=re.MULTILINE)
    ALL = files(settle(Asked(**FULL)), SECRETS)["extensions.conf"]

    def test_every_map_is_read_and_every_map_read_is_written(self) -> None:
        """The families and keys of the dialplan's look-ups are exactly those campctl and an operator write; `missed` is its own."""

        class Names:
            def native(self, key: Key) -> str:
                return key.id

            def id_of(self, kind: str, native: str) -> str:
                return native

        hotline = Queue(
            "q", "Q", "7000", max_wait=9, hours=("mon 08:00-09:00",), overflow="queue/q", closed="queue/q", failover="queue/q",
            escalation=("1s level 2", "5s queue/q"),
        )  # fmt: skip
        resources = (
            hotline,
            Line("user/a", "3001", "A", "+13125550101", "hq"),
            Location("hq", "HQ", "1 W St", "Chicago", "IL", "60601", notify=("+13125550177",)),
            Route("+13125550101", "line/user/a"),
        )
        written = {fact.name for one in resources for fact in render(one, "x", Names()) if fact.place == "map"}
        keys = {re.sub(r"^(hotline)/[^/]+/", r"\1/*/", name) if name.startswith("hotline") else name.split("/")[0] for name in written}
        read = set(re.findall(r"DB\(([a-z0-9]+)/", self.TEXT))
        asked = {f"hotline/*/{name}" for name in re.findall(r"DB\(hotline/\$\{Q\}/([a-z]+)\)", self.TEXT)}
        assert read - {"missed"} == set(MAPS) == {key.split("/")[0] for key in keys}
        assert asked == {key for key in keys if key.startswith("hotline")} | {f"hotline/*/{FORCED}"}
        assert asked == {f"hotline/*/{name}" for name in (*HOTLINE, FORCED)}

    def test_every_map_is_explained(self) -> None:
        """The comment at the top names every family and key, and every kind of target."""
        head = self.ALL.partition("[general]")[0]
        for words in (*(f"{family}/" for family in MAPS), *(f"hotline/<queue>/{name}" for name in (*HOTLINE, FORCED))):
            assert words in head
        for kind in ("line:", "queue:", "pstn:", "none:"):
            assert kind in head

    def test_permissions_are_contexts(self) -> None:
        """Every calling permission is a context, and every one of those may dial 911."""
        for permission in PERMISSIONS:
            _, context, rest = self.TEXT.partition(f"[{CONTEXT}{permission}]")
            assert context
            included = ("campctl-urgent", "campctl-codes", "campctl-dialled")
            assert rest.split("[")[0].split() == [word for name in included for word in ("include", "=>", name)]
        assert re.findall(r"RANK_(\w+) = (\d)", self.TEXT) == [*((name, str(n)) for n, name in enumerate(PERMISSIONS)), ("never", "9")]

    def test_every_jump_has_a_target(self) -> None:
        """Every context, extension and label that is jumped to is there."""
        contexts = set(re.findall(r"^\[([a-z-]+)\]", self.TEXT, re.MULTILINE))
        for target in re.findall(r"(?:Goto|Gosub|include =>|Local/[^@]*@|b\() ?\(?(campctl-[a-z-]+)", self.TEXT):
            assert target in contexts, target
        for block in re.split(r"^(?=exten =>|\[)", self.TEXT, flags=re.MULTILINE):
            labels = set(re.findall(r"n\((\w+)\)", block))
            jumps = re.findall(r"GotoIf(?:Time)?\([^\n]*\?([a-z]+)(?::([a-z]+))?\)\n", block) + [
                (name, "") for name in re.findall(r"n(?:\(\w+\))?,Goto\((\w+)\)\n", block)
            ]
            for jump in (name for pair in jumps for name in pair if name):
                assert jump in labels, (jump, block[:200])

    def test_the_version_is_marked(self) -> None:
        """`backend check` can read the dialplan's version."""
        assert f"CAMPCTL_DIALPLAN = {DIALPLAN}" in self.TEXT

    def test_what_is_dialled(self) -> None:
        """No dial string holds what a caller sent unfiltered, and no call can be transferred or forwarded by a phone."""
        dials = re.findall(r"Dial\((.*)\)$", self.TEXT, re.MULTILINE)
        options = {dial.rpartition(",")[2] for dial in dials}
        assert options == {"i", "ib(campctl-to-peer^s^1)", "ib(campctl-to-trunk^s^1)"}
        assert re.findall(r",Queue\(\$\{Q\},([^,]*),", self.TEXT) == ["iRb(campctl-rings^s^1(${Q}^${RING}^${GUARDED}))"]
        outside = [dial for dial in dials if "TRUNK}/sip:" in dial]
        numbers = {re.sub(r"\$\{IF\(.*\)\}|\$\{TRUNK_PREFIX\}", "", dial.partition("/sip:")[2].partition("@")[0]) for dial in outside}
        assert numbers == {"${E164}", "${SENT}", "${EXTEN}"}
        patterns = re.findall(r"exten => (\S+),1,(?:(?!exten =>)[\s\S])*?Dial\([^\n]*sip:[^\n@]*\$\{EXTEN\}@", self.TEXT)
        assert set(patterns) == {"_X!", "_9XX"}
        assert "s,1(" not in "".join(line for line in self.TEXT.splitlines() if "${EXTEN}" in line and "FILTER" not in line)


class TestNumbers:
    """Area codes."""

    @pytest.mark.parametrize("code", [code for codes in ABROAD.values() for code in codes])
    def test_codes_abroad_are_abroad(self, code: str) -> None:
        """None of the table is a code of the United States."""
        number = phonenumbers.PhoneNumber(country_code=1, national_number=int(f"{code}2345678"))
        assert phonenumbers.region_code_for_number(number) not in {"US", "PR", "VI", "GU", "MP", "AS"}

    def test_no_code_abroad_is_missing(self) -> None:
        """Every area code the plan's metadata gives to another country is in the table; free and dear ones are told apart."""
        known = {code for codes in ABROAD.values() for code in codes}
        missing = set()
        for code in range(200, 1000):
            number = phonenumbers.PhoneNumber(country_code=1, national_number=int(f"{code}2340123"))
            region, kind = phonenumbers.region_code_for_number(number), phonenumbers.number_type(number)
            if region not in {None, "US", "PR", "VI", "GU", "MP", "AS"} and str(code) not in known:
                missing.add(code)
            if kind == phonenumbers.PhoneNumberType.TOLL_FREE:
                assert str(code) in TOLL_FREE
            if kind in {phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.PERSONAL_NUMBER} and region == "US":
                assert str(code) in NEVER
        assert not missing


class TestWords:
    """What makes no sense is refused before anything is written."""

    @pytest.mark.parametrize(
        ("asked", "option"),
        [
            ({"node": "a b"}, "--node"),
            ({"node": "a\nb"}, "--node"),
            ({"bind": "pbx.example.org"}, "--bind"),
            ({"sip_port": 0}, "--sip-port"),
            ({"sip_port": 70000}, "--sip-port"),
            ({"sip_port": 65535, "tls_cert": "/a", "tls_key": "/b"}, "--sip-port"),
            ({"bind": "fe80::1%a\n[b]"}, "--bind"),
            ({"trunk": "[fe80::1%;]"}, "--trunk"),
            ({"local_nets": ("fe80::%;/64",)}, "--local-net"),
            ({"rtp": "20000"}, "--rtp"),
            ({"rtp": "20000-10000"}, "--rtp"),
            ({"rtp": "80-90"}, "--rtp"),
            ({"external": "a;b"}, "--external"),
            ({"local_nets": ("10.0.0.0/40",)}, "--local-net"),
            ({"ami_bind": "0.0.0.0"}, "--ami-bind"),
            ({"ami_bind": "192.0.2.1", "tls_cert": "/a", "tls_key": "/b"}, "--ami-bind"),
            ({"ami_user": "gen[eral"}, "--ami-user"),
            ({"ami_user": "general"}, "--ami-user"),
            ({"permits": ("everybody",)}, "--ami-permit"),
            ({"tls_cert": "/etc/ssl/a.pem"}, "--tls-cert"),
            ({"tls_cert": "a.pem", "tls_key": "a.key"}, "--tls-cert"),
            ({"tls_cert": "/a;b", "tls_key": "/a"}, "--tls-cert"),
            ({"trunk": "sip:carrier"}, "--trunk"),
            ({"trunk": "a b"}, "--trunk"),
            ({"trunk_user": "me"}, "--trunk-user"),
            ({"trunk": "a", "trunk_user": "m;e"}, "--trunk-user"),
            ({"trunk_calls": -1}, "--trunk-calls"),
            ({"line_calls": 0}, "--line-calls"),
            ({"peers": ("b",)}, "--peer"),
            ({"peers": ("B=x",)}, "--peer"),
            ({"peers": ("b=x", "b=y")}, "--peer"),
            ({"database": "mysql://x/y"}, "--database"),
            ({"database": "postgresql://u:secret@x/y"}, "--database"),
            ({"home": ("31",)}, "--home"),
            ({"caller_id": "311"}, "--caller-id"),
        ],
    )
    def test_refused(self, asked: dict[str, Any], option: str) -> None:
        """The error names the option, and holds no secret."""
        with pytest.raises(UsageError) as refused:
            settle(Asked(**asked))
        assert option in refused.value.message
        assert "u:secret" not in refused.value.message

    def test_ports_and_hosts_of_ipv6(self) -> None:
        """An IPv6 address stands in brackets where a port follows it."""
        text = made(bind="::1", trunk="[2001:db8::1]:5070", peers=("b=[2001:db8::2]",))["pjsip.conf"]
        assert "bind = [::1]:5060" in text
        assert "contact = sip:[2001:db8::1]:5070" in text
        assert "contact = sip:[2001:db8::2]:5060" in text

    def test_what_is_asked_for(self) -> None:
        """Secrets of accounts that are not campctl's are asked for, and only those."""
        assert settle(Asked()).secrets == ()
        assert settle(Asked(trunk="a", trunk_user="b", database="postgresql://db/pbx")).secrets == ("trunk", "database")


class TestPlacing:
    """The folder."""

    def test_private(self, tmp_path: Path) -> None:
        """Folder and files are for their owner only, whatever the umask."""
        folder = tmp_path / "pbx"
        place(folder, {"a.conf": "x\n"}, force=False)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "a.conf").stat().st_mode) == 0o600

    def test_nothing_is_overwritten_unasked(self, tmp_path: Path) -> None:
        """A folder with anything in it is refused; with force what was there is kept, and what is the same stays as it is."""
        (tmp_path / "a.conf").write_text("old\n")
        (tmp_path / "same.conf").write_text("same\n")
        with pytest.raises(UsageError, match="not empty"):
            place(tmp_path, {"a.conf": "new\n"}, force=False)
        assert place(tmp_path, {"a.conf": "new\n", "same.conf": "same\n", "b.conf": "b\n"}, force=True) == ("a.conf",)
        assert (tmp_path / "a.conf.bak").read_text() == "old\n"
        assert (tmp_path / "a.conf").read_text() == "new\n"
        assert not (tmp_path / "same.conf.bak").exists()
        assert stat.S_IMODE((tmp_path / "same.conf").stat().st_mode) == 0o600

    def test_a_link_is_not_followed(self, tmp_path: Path) -> None:
        """A link that somebody put there is replaced, and what it leads to stays as it is."""
        aim = tmp_path / "aim"
        aim.write_text("mine\n")
        folder = tmp_path / "pbx"
        folder.mkdir()
        (folder / "a.conf").symlink_to(aim)
        place(folder, {"a.conf": "secret\n"}, force=True)
        assert aim.read_text() == "mine\n"

    def test_a_file_in_the_way(self, tmp_path: Path) -> None:
        """A file of the folder's name is no folder."""
        (tmp_path / "pbx").write_text("")
        with pytest.raises(UsageError, match="not a folder"):
            place(tmp_path / "pbx", {}, force=True)


class TestFill:
    """The little language of the templates."""

    def test_choices_and_repetitions(self) -> None:
        """Blocks stay, go and repeat, also inside each other."""
        template = ";@if a\nyes @N@\n;@each b\n- @ITEM@\n;@end\n;@else\nno\n;@end\n;@each c\n@X@\n;@if a\ninner\n;@end\n;@end\nend"
        values: dict[str, Any] = {"N": "1", "b": ("p", "q"), "c": [{"X": "x"}, {"X": "y"}]}
        assert fill(template, {**values, "a": True}) == "yes 1\n- p\n- q\nx\ninner\ny\ninner\nend\n"
        assert fill(template, {**values, "a": False}) == "no\nx\ny\nend\n"

    def test_a_name_without_a_value(self) -> None:
        """A placeholder nobody fills is a mistake, not an empty text."""
        with pytest.raises(KeyError):
            fill("@NOBODY@", {})


def test_every_template_has_a_purpose() -> None:
    """The table of files and the folder of templates hold the same names."""
    import campctl.backends.asterisk.setup as package

    folder = Path(package.__file__ or "").parent / "templates"
    assert {path.name for path in folder.iterdir()} == set(HINTS)


DOCS = (Path(__file__).parents[3] / "docs" / "asterisk.md").read_text(encoding="utf-8")


def test_docs_name_every_option() -> None:
    """docs/asterisk.md has a row for every option of the backend, as it is."""
    for option in OPTIONS:
        row = next(line for line in DOCS.splitlines() if line.startswith(f"| `{option.name}` |"))
        assert row.endswith(f"| {option.doc} |")


def test_docs_name_every_file_and_look() -> None:
    """docs/asterisk.md says of every file why it is there, and of every look of `backend check` what to do."""
    for name in HINTS:
        assert f"`{name}`" in DOCS, name
    for name in (
        *machine.LOOKS,
        "connection",
        "store",
        "lock",
        "new lines",
        "rows",
        "records",
        "lines seen",
        "locations",
        "time zones",
        "names",
    ):
        assert f"| `{name}` |" in DOCS, name


def test_the_permissions_of_the_docs() -> None:
    """The codes the docs call toll-free, local or forbidden are those of the dialplan."""
    text = TestDialplan.TEXT
    for code in ("211", "311", "511", "711", "811", "988"):
        assert f"exten => {code},1,Return({code})" in text
    for code in ("411", "611"):
        assert f"exten => {code}," not in text
    for words in (
        "_1900NXXXXXX,1,Return(never)",
        "_1NXX976XXXX,1,Return(never)",
        "_1NXX5551212,1,Return(never)",
        "_1NXXNXXXXXX,1,Return(national)",
    ):
        assert words in text
