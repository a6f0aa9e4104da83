"""Record and telephone numbers that pass every check and belong to nobody.

Health identifiers come from one block each that this demonstration keeps to: after the prefix the next digits are
89999, and a Medicare card starts with 2999. Telephone numbers come from the ranges that the Australian Communications
and Media Authority sets aside for fiction.
"""

from __future__ import annotations

from flows.intake.identifiers import (
    HPII_PREFIX,
    IHI_PREFIX,
    MEDICARE_WEIGHTS,
    PROVIDER_CHECKS,
    PROVIDER_LOCATIONS,
    PROVIDER_WEIGHTS,
    luhn_holds,
)

DEMONSTRATION_BLOCK = "89999"
MEDICARE_BLOCK = "2999"
PROVIDER_BLOCK = "99"
LANDLINES = ("035550", "037010")
# fmt: off
FICTITIOUS_MOBILES = (
    "0491570006", "0491570156", "0491570157", "0491570158", "0491570159", "0491570110", "0491570313",
    "0491570737", "0491571266", "0491571491", "0491571804", "0491572549", "0491572665", "0491572983",
    "0491573770", "0491573087", "0491574118", "0491574632", "0491575254", "0491575789", "0491576398",
    "0491576801", "0491577426", "0491577644", "0491578957", "0491578148", "0491578888", "0491579212",
    "0491579760", "0491579455",
)
# fmt: on


def ihi(serial: int) -> str:
    """Make the Individual Healthcare Identifier with this serial number."""
    return _with_luhn(f"{IHI_PREFIX}{DEMONSTRATION_BLOCK}{serial:04d}")


def hpii(serial: int) -> str:
    """Make the practitioner's identifier with this serial number."""
    return _with_luhn(f"{HPII_PREFIX}{DEMONSTRATION_BLOCK}{serial:04d}")


def medicare(serial: int) -> str:
    """Make the Medicare number with this serial number, first issue, first person on the card."""
    stem = f"{MEDICARE_BLOCK}{serial:04d}"
    check = sum(int(digit) * weight for digit, weight in zip(stem, MEDICARE_WEIGHTS, strict=True)) % 10
    return f"{stem}{check}11"


def provider_number(serial: int) -> str:
    """Make the Medicare provider number with this serial number."""
    stem, location = f"{PROVIDER_BLOCK}{serial:04d}", "A"
    total = sum(int(digit) * weight for digit, weight in zip(stem, PROVIDER_WEIGHTS, strict=True))
    return f"{stem}{location}{PROVIDER_CHECKS[(total + 6 * PROVIDER_LOCATIONS.index(location)) % 11]}"


def dva(serial: int) -> str:
    """Make the Veterans' Affairs file number with this serial number."""
    return f"VX{serial + 990000:06d}"


def phone(serial: int) -> str:
    """Make a telephone number: the mobiles first, as far as they go, then landlines."""
    if serial < len(FICTITIOUS_MOBILES):
        return FICTITIOUS_MOBILES[serial]
    return f"{LANDLINES[serial % len(LANDLINES)]}{serial:04d}"


def _with_luhn(stem: str) -> str:
    return next(number for number in (f"{stem}{check}" for check in range(10)) if luhn_holds(number))
