"""Encryption of push messages, by the example of RFC 8291 (section 5 and appendix A)."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from functions.push.encryption import MAX_MESSAGE, encrypt
from tests.support.push_service import Browser, raw, text

MESSAGE = b"When I grow up, I want to be a watermelon"
RECEIVER = Browser("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")
SENDER = ec.derive_private_key(int.from_bytes(raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1())
ENCRYPTED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A"
    "_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_in_the_standard_gives_its_result() -> None:
    salt = raw("DGv6ra1nlYgDCS1FRnbzlw")
    assert text(encrypt(MESSAGE, RECEIVER.point, RECEIVER.auth, sender=SENDER, salt=salt)) == ENCRYPTED


def test_the_test_browser_decrypts_the_example() -> None:
    assert RECEIVER.decrypt(raw(ENCRYPTED)) == MESSAGE


@pytest.mark.parametrize("length", [0, 1, MAX_MESSAGE])
def test_a_browser_decrypts_what_was_encrypted_for_it(length: int) -> None:
    browser, message = Browser(), b"x" * length
    body = encrypt(message, browser.point, browser.auth)
    assert browser.decrypt(body) == message
    assert len(body) <= 4096
    assert encrypt(message, browser.point, browser.auth) != body
