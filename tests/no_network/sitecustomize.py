"""No test speaks to another machine: Python loads this first in every process that a test starts.

``conftest.py`` loads it too, and puts its folder on the path of child processes.
"""

import ipaddress
import sys

REFUSED: list[str] = []
"""What was tried in this process."""
_CONNECTING = ("socket.connect", "socket.sendto", "socket.sendmsg")
_ASKING = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")


def is_near(host: object) -> bool:
    """Whether a host is this machine itself."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse what would leave the machine."""
    if event in _CONNECTING:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path is a socket of this machine
    elif event in _ASKING:
        host = arguments[0]
    else:
        return
    if not is_near(host):
        REFUSED.append(f"{event} {host!r}")
        message = f"a test spoke to the network: {event} {host!r}"
        raise PermissionError(message)


sys.addaudithook(refuse)
