"""North America's numbering plan, as far as a dialplan must know it: which area codes cost more than they look.

From the plan's metadata in libphonenumber 9.0 (package `phonenumbers`), which follows nanpa.com's list of area codes;
a test compares. Area codes come and go: a new one abroad that is missing here would be dialled as a national call.
"""

from __future__ import annotations

from collections.abc import Mapping


def _codes(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ABROAD: Mapping[str, tuple[str, ...]] = {
    "Anguilla": ("264",),
    "Antigua and Barbuda": ("268",),
    "Bahamas": ("242",),
    "Barbados": ("246",),
    "Bermuda": ("441",),
    "British Virgin Islands": ("284",),
    "Canada": _codes(
        "204 226 236 249 250 257 263 273 289 306 343 354 365 367 368 382 403 416 418 428 431 437 438 450 460 468 474 506 514 519 548 579"
        " 581 584 587 600 604 613 622 633 639 644 647 655 672 677 683 688 705 709 742 753 778 780 782 807 819 825 867 873 879 902 905"
        " 942"
    ),
    "Cayman Islands": ("345",),
    "Dominica": ("767",),
    "Dominican Republic": ("809", "829", "849"),
    "Grenada": ("473",),
    "Jamaica": ("658", "876"),
    "Montserrat": ("664",),
    "Saint Kitts and Nevis": ("869",),
    "Saint Lucia": ("758",),
    "Saint Vincent and the Grenadines": ("784",),
    "Sint Maarten": ("721",),
    "Trinidad and Tobago": ("868",),
    "Turks and Caicos Islands": ("649",),
}
"""Countries of the plan beyond the United States and its territories, with their area codes."""
TOLL_FREE = ("800", "833", "844", "855", "866", "877", "888")
NEVER = _codes("500 521 522 523 524 525 526 527 528 529 532 533 544 566 577 588 700 710 900")
"""Premium rate, personal numbers, carriers' own services, the federal government's: no volunteer's phone calls these."""
