"""Area codes that are known without libphonenumber are those that it knows."""

from __future__ import annotations

import subprocess
import sys

import phonenumbers
import pytest

from campctl.manifest import phones
from campctl.manifest.problems import Bad


def test_the_known_area_codes_are_in_use():
    """What stands in the table is valid to libphonenumber too; what is newer than the table is looked up there."""
    known = {code for code in map(str, range(200, 1000)) if phonenumbers.is_valid_number(phonenumbers.parse(f"+1{code}5550123"))}
    assert known >= set(phones._IN_USE.split())
    assert all(map(phones.area_code, known))


@pytest.mark.parametrize("text", ["+11005550123", "+12115550123", "+13121550123"])
def test_other_numbers_are_refused(text):
    """An area or exchange code that does not exist is refused."""
    with pytest.raises(Bad):
        phones.e164(text, "US")


def test_plain_numbers_do_not_load_the_library():
    """A campaign with numbers of the North American plan, written plainly, is read without libphonenumber."""
    code = "import sys; from campctl.manifest.phones import e164; e164('+13125550100', 'US'); print('phonenumbers' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
