"""What reading and changing an Asterisk costs campctl itself, without a wire: `python bench/asterisk_image.py [LINES]`.

    a   facts of 20,000 lines (seven each) to resources / the same rows' JSON parsed and nothing else
    b   the same with every tenth name in another script and every twentieth line changed by hand
    c   2,000 lines created in the image: validated, rendered, and turned into writes (microseconds each), as many at once as an apply
        takes together, and one by one

CPU time, best of five: other processes must not count, and there is no I/O to wait for.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from campctl.backends.asterisk.facts.decode import decode
from campctl.backends.asterisk.facts.image import Image
from campctl.backends.asterisk.facts.native import Fact, Value
from campctl.model.resources import Line
from campctl.testing.samples import LOCATION, create, lines


def best(work: Callable[[], object]) -> float:
    """CPU seconds."""
    found = []
    for _ in range(5):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def facts_of(wanted: list[Line]) -> dict[Fact, Value]:
    """What an exchange holds of these lines."""
    image = Image({})
    found: dict[Fact, Value] = {}
    for resource in [LOCATION, *wanted]:
        for fact, value in image.apply(create(resource)).writes:
            assert value is not None
            found[fact] = dict(value) if isinstance(value, dict) or hasattr(value, "items") else value
    return found


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    plain = [replace(line, number=f"+1312555{line.extension}") for line in lines(count)]
    mixed = [replace(line, name=f"Zoë {line.name}") if n % 10 == 0 else line for n, line in enumerate(plain)]
    facts, changed = facts_of(plain), facts_of(mixed)
    for n, line in enumerate(mixed):
        if n % 20 == 0:
            fact = Fact("endpoint", line.id.removeprefix("user/"))
            changed[fact] = {**changed[fact], "context": "campctl-international"}  # type: ignore[dict-item]
    texts = [msgspec.json.encode(value) for value in facts.values()]
    bare = best(lambda: [msgspec.json.decode(text) for text in texts])
    assert len(decode(facts).resources) == count + 1
    print(f"JSON of {len(texts):,} rows, parsed    {bare * 1000:7.0f} ms")
    for name, these in (("a", facts), ("b", changed)):
        took = best(lambda these=these: decode(these))  # type: ignore[misc]
        print(f"{name}  decoded                       {took * 1000:7.0f} ms   {took / bare:.2f}")

    def creating(together: int) -> None:
        image = Image({})
        image.apply(create(LOCATION))
        todo = [create(line) for line in plain[:2000]]
        for start in range(0, len(todo), together):
            if image.apply_lines(todo[start : start + together]) is None:
                raise SystemExit("plain lines went the long way")

    for together in (100, 1):
        print(f"c  created, {together:3} at once          {best(lambda count=together: creating(count)) / 2000 * 1e6:7.1f} us each")  # type: ignore[misc]


if __name__ == "__main__":
    main()
