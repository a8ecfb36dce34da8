"""What an address may be, and that nothing secret of it is ever shown."""

from pathlib import Path

import pytest

from portal.register.search.model import UnknownEngine
from portal.register.search.remote.address import Address, read


def test_an_address_names_hosts_account_certificate_and_shards(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.touch()

    address = read(
        f"opensearch+https://kit:s%40fe@one,[::1]:9201/mingcha?ca={ca}&shards=3&replicas=1"
    )

    assert address == Address(
        tls=True,
        hosts=(("one", 9200), ("::1", 9201)),
        name="mingcha",
        account=("kit", "s@fe"),
        ca=str(ca),
        shards=3,
        replicas=1,
    )
    assert str(address) == "opensearch+https://one:9200,[::1]:9201/mingcha"
    assert "s@fe" not in repr(address)


def test_on_this_machine_a_password_may_go_as_it_is() -> None:
    assert read("opensearch://a:b@localhost:1/x").account == ("a", "b")
    assert read("opensearch://a:b@127.0.0.1:1/x").account == ("a", "b")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("opensearch+ftp://h/x", "the scheme"),
        ("opensearch://h", "NAME"),
        ("opensearch://h/X", "NAME"),
        ("opensearch://h/a-b", "NAME"),
        ("opensearch://h/a/b", "NAME"),
        ("opensearch:///x", "HOST is missing"),
        ("opensearch://h:hunter2/x", "HOST or its port"),
        ("opensearch://hunter2@h/x", "USER:PASSWORD"),
        ("opensearch://u:hunter2@h/x", "over opensearch[+]https only"),
        ("opensearch://u:hunter2@localhost,h/x", "over opensearch[+]https only"),
        ("opensearch://h/x?ca=/nowhere/ca.pem", "ca is"),
        ("opensearch://h/x?shards=0", "shards is"),
        ("opensearch://h/x?replicas=-1", "shards is"),
        ("opensearch://h/x?password=hunter2", "after [?]"),
    ],
)
def test_any_other_is_refused_with_the_reason_and_repeats_nothing(url: str, why: str) -> None:
    with pytest.raises(UnknownEngine, match=f"NAME[?]ca=/FILE.*: .*{why}") as caught:
        read(url)

    assert "hunter2" not in str(caught.value)
