"""TCP ports on loopback: the usual one of each service, or a free one where it is taken."""

import socket

USUAL = {"temporal": 7233, "temporal_ui": 8233, "postgres": 54329, "gateway": 8080, "sandbox": 8090}
"""Ports that people expect; PostgreSQL's own 5432 is left to a server that may be installed already."""


def choose_ports(remembered: dict[str, int]) -> dict[str, int]:
    """A port for every service: the remembered or usual one where nobody listens on it, else a free one."""
    chosen: dict[str, int] = {}
    for name, usual in USUAL.items():
        wanted = remembered.get(name, usual)
        usable = wanted not in chosen.values() and _free(wanted)
        chosen[name] = wanted if usable else _free_beside(set(chosen.values()) | set(USUAL.values()))
    return chosen


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _free_beside(taken: set[int]) -> int:
    while (port := free_port()) in taken:
        pass
    return port


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port with old connections winding down is free, one with a listener is not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
