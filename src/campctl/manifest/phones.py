"""Phone numbers: whatever people write, as E.164 text ("+13125550100").

Rests on libphonenumber's data (the `phonenumbers` package), loaded for the first number that is not plainly a North American
one: its area codes are known here, and the rest of that plan's rules (NANPA: exchange codes begin with 2 to 9) is simple.
The sample numbers 555-0100 to 555-0199 are set aside for made-up data and accepted, as are 800 555-01xx.
"""

from __future__ import annotations

from campctl.manifest.problems import Bad

_IN_USE = """
201 202 203 204 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 225 226 227 228 229 231 234 235 236 239 240
248 249 250 251 252 253 254 256 257 260 262 263 267 269 270 272 273 274 276 279 281 283 289 301 302 303 304 305 306 307 308 309
310 312 313 314 315 316 317 318 319 320 321 323 324 325 326 327 329 330 331 332 334 336 337 339 340 341 343 346 347 350 351 352
353 354 360 361 363 364 365 367 368 369 380 382 385 386 401 402 403 404 405 406 407 408 409 410 412 413 414 415 416 417 418 419
423 424 425 428 430 431 432 434 435 437 438 440 442 443 445 447 448 450 458 463 464 468 469 470 472 474 475 478 479 480 484 500
501 502 503 504 505 506 507 508 509 510 512 513 514 515 516 517 518 519 520 521 522 525 526 527 528 529 530 531 532 533 534 539
540 541 544 548 551 557 559 561 562 563 564 566 567 570 571 572 573 574 575 577 579 580 581 582 584 585 586 587 588 600 601 602
603 604 605 606 607 608 609 610 612 613 614 615 616 617 618 619 620 622 623 626 628 629 630 631 633 636 639 640 641 645 646 647
650 651 656 657 658 659 660 661 662 667 669 670 671 672 678 680 681 682 683 686 689 701 702 703 704 705 706 707 708 709 712 713
714 715 716 717 718 719 720 724 725 726 727 728 730 731 732 734 737 738 740 742 743 747 748 753 754 757 760 762 763 765 769 770
771 772 773 774 775 778 779 780 781 782 784 785 786 787 800 801 802 803 804 805 806 807 808 809 810 812 813 814 815 816 817 818
819 820 821 825 826 828 829 830 831 832 833 835 838 839 840 843 844 845 847 848 849 850 854 855 856 857 858 859 860 862 863 864
865 866 867 870 872 873 876 877 878 879 888 900 901 902 903 904 905 906 907 908 909 910 912 913 914 915 916 917 918 919 920 925
928 929 930 931 934 936 937 938 939 940 941 942 943 945 947 948 949 951 952 954 956 959 970 971 972 973 975 978 979 980 983 984
985 986 989
"""
"""The area codes that libphonenumber 9 knows: no need to load it for these. Others, and newer ones, are looked up."""
_AREA_CODES = dict.fromkeys(_IN_USE.split(), True)
_SEEN: dict[tuple[str, str], str] = {}
_SEEN_LIMIT = 10_000
_REASONS = {1: "its country code does not exist", 2: "it has too few digits", 3: "it has too many digits", 5: "its length is wrong"}


def e164(text: str, region: str) -> str:
    """The number in E.164, or `Bad`. `region` (ISO 3166) is for numbers written without a plus."""
    if len(text) == 12 and text[:2] == "+1" and text[1:].isdecimal() and text.isascii() and area_code(text[2:5]) and text[5] > "1":
        return text
    key = (text, region)
    found = _SEEN.get(key)
    if found is None:
        found = _parse(text, region)
        if len(_SEEN) < _SEEN_LIMIT:
            _SEEN[key] = found
    return found


def area_code(code: str) -> bool:
    """Whether a North American area code is in use."""
    known = _AREA_CODES.get(code)
    if known is None:
        import phonenumbers

        sample = phonenumbers.PhoneNumber(country_code=1, national_number=int(f"{code}5550123"))
        known = phonenumbers.is_valid_number(sample)
        _AREA_CODES[code] = known
    return known


def _parse(text: str, region: str) -> str:
    import phonenumbers
    from phonenumbers import NumberParseException, PhoneNumberFormat

    try:
        number = phonenumbers.parse(text, region or None)
    except NumberParseException as error:
        why = "it has no country code" if error.error_type == NumberParseException.INVALID_COUNTRY_CODE else "it is not made of digits"
        raise Bad("bad-number", f"`{text}` is not a phone number: {why}.", _help(region)) from None
    if number.extension:
        raise Bad("bad-number", f"`{text}` has an extension in it.", "Write the number alone; extensions are a field of their own.")
    if not phonenumbers.is_valid_number(number):
        reason = _REASONS.get(phonenumbers.is_possible_number_with_reason(number), "no such number can be assigned")
        if number.country_code == 1 and len(str(number.national_number)) == 10 and not area_code(str(number.national_number)[:3]):
            reason = f"there is no area code {str(number.national_number)[:3]}"
        raise Bad("bad-number", f"`{text}` is not a phone number: {reason}.", _help(region))
    formatted: str = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return formatted


def _help(region: str) -> str:
    sample = "+13125550100" if region in ("US", "CA", "") else "+ and the country code"
    return f'Write it as `"{sample}"`: plus, country code, number, no spaces, in quotes.'
