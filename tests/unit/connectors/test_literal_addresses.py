"""Hosts that are addresses rather than names."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.addresses import literal


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("news.example", ""),
        ("host7", ""),
        ("127.1", ""),
        ("", ""),
    ],
)
def test_an_address_is_given_in_its_usual_spelling_and_a_name_is_none(host: str, address: str) -> None:
    assert literal(host) == address


@given(st.text("0123456789abcdefx.:%-٣", max_size=24) | st.ip_addresses().map(str) | st.text(max_size=12))
def test_nothing_that_is_an_address_is_taken_for_a_name(host: str) -> None:
    try:
        expected = str(ip_address(host))
    except ValueError:
        expected = ""
    assert literal(host) == expected
