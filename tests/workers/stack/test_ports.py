"""Usual ports where they are free, others where they are taken."""

import socket

from workers.stack.ports import USUAL, choose_ports, free_port


def test_a_taken_port_gives_way_to_a_free_one() -> None:
    """A port that somebody listens on is left to them, all others stay."""
    remembered = {name: free_port() for name in USUAL}
    with socket.socket() as other:
        other.bind(("127.0.0.1", remembered["gateway"]))
        other.listen()
        chosen = choose_ports(remembered)
    assert chosen["gateway"] != remembered["gateway"]
    assert {name: port for name, port in chosen.items() if name != "gateway"} == {
        name: port for name, port in remembered.items() if name != "gateway"
    }


def test_every_service_gets_a_port_of_its_own() -> None:
    """Two services that remember the same port do not share it."""
    same = free_port()
    chosen = choose_ports(dict.fromkeys(USUAL, same))
    assert len(set(chosen.values())) == len(USUAL)
