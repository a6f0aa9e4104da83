"""Whether a host is this machine, so that nobody listens to what is said to it."""

from __future__ import annotations

from ipaddress import ip_address


def is_this_machine(host: str) -> bool:
    """Say whether this is a name or an address of this machine; a name that must be asked for may lead anywhere."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
