"""What digest serve refuses before it starts anything, in a sentence."""

from __future__ import annotations

import socket

import pytest
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from digest.config import Workplace
from digest.errors import ConfigError
from digest.settings import Settings, settings_path
from flows.children import known_hosts
from flows.serve import SECRET, Address, environment_of, usable_port
from tests.command import digest, sentence

HERE = Address("127.0.0.1", 4200)


@pytest.fixture
def settings() -> Settings:
    return Settings(contact="mailto:a@b.example")


def test_others_reach_it_only_with_a_password(place: Workplace, settings: Settings) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.7"):
        for given in ({}, {SECRET: ""}):
            with pytest.raises(ConfigError, match=f"set {SECRET} to name:password"):
                environment_of(place, settings, Address(host, 4200), given)
        told = environment_of(place, settings, Address(host, 4200), {SECRET: "ed:itor"})
        assert (told[SECRET], told["PREFECT_API_AUTH_STRING"]) == ("ed:itor", "ed:itor")


def test_an_empty_password_is_none(place: Workplace, settings: Settings) -> None:
    told = environment_of(place, settings, HERE, {SECRET: ""})
    assert told == environment_of(place, settings, HERE, {})
    assert SECRET not in told


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_without_a_password_it_answers_to_this_machine_s_names_alone(host: str) -> None:
    """A page of another site could give its own name the address of this machine."""
    app = TrustedHostMiddleware(PlainTextResponse("here"), known_hosts(host))
    asked = ("127.0.0.1:4200", "localhost", "[::1]:4200", "evil.example:4200", "evil.example")
    client = TestClient(app)
    answers = [client.get("/", headers={"Host": name}).status_code for name in asked]
    assert answers == [200, 200, 200, 400, 400]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_any_port_that_is_free_is_found(host: str) -> None:
    if host == "::1" and not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    port = usable_port(host, 0)
    assert usable_port(host, port) == port > 0


@pytest.mark.parametrize("host", ["192.0.2.7", "", "a..b", "x" * 70])
def test_a_host_that_is_not_here_is_named(host: str) -> None:
    with pytest.raises(ConfigError, match=rf"cannot listen at {host}, port 0 \(.+\): give another"):
        usable_port(host, 0)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port} .*: give another one with --port"):
            usable_port("127.0.0.1", port)


def test_a_harvest_at_no_time_of_the_clock_is_named_by_its_key(place: Workplace) -> None:
    place.folder.mkdir()
    path = settings_path(place)
    path.write_text('contact = "mailto:a@b.example"\nharvest = "61 5 * * *"\n')
    said = sentence(digest("serve", "--var", place.folder, "--port", "0"))
    assert said.startswith(f"{path}: 'harvest': '61 5 * * *' is no time: give minute, hour, ")


def test_a_host_that_is_not_here_is_no_traceback(place: Workplace) -> None:
    place.folder.mkdir()
    settings_path(place).write_text('contact = "mailto:a@b.example"\n')
    said = sentence(digest("serve", "--var", place.folder, "--port", "0", "--host", "a..b"))
    assert said.startswith("cannot listen at a..b, port 0 (it is no name of a host)")
