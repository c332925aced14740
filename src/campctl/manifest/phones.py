"""Phone numbers: whatever people write, as E.164 text ("+13125550100").

Rests on libphonenumber's data (the `phonenumbers` package), loaded when the first number is read. Of the North American
plan each area code is looked up once; the rest of its rules (NANPA: exchange codes begin with 2 to 9) is simple.
The sample numbers 555-0100 to 555-0199 are set aside for made-up data and accepted, as are 800 555-01xx.
"""

from __future__ import annotations

from campctl.manifest.problems import Bad

_AREA_CODES: dict[str, bool] = {}
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
