"""E-mail, telephone, account, internet address and business identity code, and what resembles them."""

import pytest

from barometri.anonymity.contacts import (
    bare_phones,
    business_shapes,
    has_email,
    has_iban,
    has_ip,
    has_phone,
    is_mobile,
)


@pytest.mark.parametrize(
    "text",
    [
        "matti.meikalainen@kunta.fi",
        "a@b.fi",
        "MATTI(AT)KUNTA.FI",
        "matti [at] kunta (piste) fi",
        "matti {at} kunta . fi",
        "matti (ät) kunta.fi",
        "matti(miukumauku)kunta.fi",
        "maja (snabel-a) kommun [punkt] fi",
        "first+tag@sub.domain.example",
        "matti @ kunta.fi",
    ],
)
def test_addresses_are_found(text: str) -> None:
    assert has_email(text) is True


@pytest.mark.parametrize(
    "text", ["", "tavataan @ kello", "@kunta", "matti at kunta.fi", "(at)", "a@b", "3@4"]
)
def test_other_signs_are_no_addresses(text: str) -> None:
    assert has_email(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "FI21 1234 5600 0007 85",
        "tili fi2112345600000785, kiitos",
        "NO9386011117947",
        "SE3550000000054910000003",
    ],
)
def test_accounts_are_found(text: str) -> None:
    assert has_iban(text) is True


@pytest.mark.parametrize(
    "text", ["", "FI00 1234 5600 0007 85", "XX21 1234 5600 0007 85", "AFI2112345600000785"]
)
def test_a_wrong_remainder_or_country_is_no_account(text: str) -> None:
    assert has_iban(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "040 123 4567",
        "+358 40 1234567",
        "Soita (09) 123 456",
        "050-1234567",
        "numero 0401234567",
        "(0401234567)",
        "040123456",
        "1.2.2021 040 123 4567",
        "+46 70 123 45 67",
    ],
)
def test_numbers_are_found(text: str) -> None:
    assert has_phone(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0401234",
        "01/2021",
        "1234567",
        "09123456",
        "13.10.2021-14.10.2021",
        "2021-02-03 10",
        "0.0401234567",
        " 12,0401234567 ",
        "-0.0501234567",
        "1.0501234567E-05",
        "20 000-49 999",
        "091;092;0401234",
        "f28c384f-247d-0359-6521-dc8ddaa56a25",
    ],
)
def test_codes_dates_and_decimals_are_no_numbers(text: str) -> None:
    assert has_phone(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "193.166.3.2",
        "IP: 10.0.0.32.",
        "2001:db8::ff00:42:8329",
        "fe80::1:2",
        "[2001:708:10:9::1]",
        "0.0.0.255",
    ],
)
def test_internet_addresses_are_found(text: str) -> None:
    assert has_ip(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.2.3.4",
        "31.31.31.31",
        "01.1.1.99",
        "193.166.3",
        "193.166.3.256",
        "193.166.3.2.1",
        "1.193.166.3.2",
        "v193.166.3.2",
        "10:20:30",
        "::",
        "::1",
        "a::b",
        "ab:cd",
        "12:34:56:78:90:ab",
        "g:1:2::3",
    ],
)
def test_versions_classes_and_times_are_no_addresses(text: str) -> None:
    assert has_ip(text) is False


def test_business_codes_are_counted_with_the_valid_ones() -> None:
    assert business_shapes("Kela 0246246-0") == (1, 1)
    assert business_shapes("0246246-0, 0246246-1") == (2, 1)
    assert business_shapes("y-tunnus 10246246-0, 0246246-01") == (0, 0)
    assert business_shapes("") == (0, 0)


@pytest.mark.parametrize(
    ("text", "mobile"),
    [
        ("0401234567", True),
        ("+358401234567", True),
        ("091234567", False),
        ("0401", False),
        ("", False),
        ("04012345678901234", False),
        ("091234", False),
    ],
)
def test_mobile_numbers(text: str, mobile: bool) -> None:
    assert is_mobile(text) is mobile


def test_bare_digits_are_phones_where_most_cells_are() -> None:
    one = {"0401234567": 3, "91": 2}
    assert bare_phones(one, 5) == 3
    assert bare_phones(one, 6) == 0
    assert bare_phones({"04012345": 9}, 9) == 0
    assert bare_phones({"040123456": 9}, 9) == 9
    assert bare_phones({}, 0) == 0


def test_bare_digits_are_phones_where_some_have_a_country_code_and_some_none() -> None:
    mixed = {"0401234567": 1, "+358401234568": 1}
    assert bare_phones(mixed, 199) == 2
    assert bare_phones(mixed, 200) == 0
    assert bare_phones({"0401234567": 1, "00358401234568": 1}, 100) == 2
    assert bare_phones({"0401234567": 2}, 100) == 0
    assert bare_phones({"+358401234568": 2}, 100) == 0
