"""What is kept of a phone's secret in AstDB: a digest for its user and realm, through every change that leaves those as they are."""

from __future__ import annotations

import hashlib

import pytest

from campctl.backends.asterisk.facts.render import auth
from campctl.backends.asterisk.shelves.astdb import auth_row, public, with_secret

OPTIONS = auth("ann.lee")
DIGEST = "MD5:" + hashlib.md5(b"ann.lee:asterisk:correct horse", usedforsecurity=False).hexdigest()


def test_only_a_digest_is_kept():
    """The row lets a phone in and does not hold the secret."""
    row = auth_row(OPTIONS, "ann.lee", "correct horse")
    assert row == {**OPTIONS, "password_digest": DIGEST}
    assert "correct" not in str(row)


def test_secrets_are_not_read():
    """What is read of an auth is what a rendering says, whatever kind of secret it has."""
    assert public({**OPTIONS, "password": "x", "password_digest": "y", "md5_cred": "z"}) == OPTIONS


def test_a_new_auth_gets_a_secret_nobody_knows():
    """Two new ones differ."""
    one, two = with_secret(OPTIONS, "ann.lee", None), with_secret(OPTIONS, "ann.lee", None)
    assert one["password_digest"] != two["password_digest"]


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        ({**OPTIONS, "password_digest": DIGEST}, DIGEST),
        ({**OPTIONS, "password_digest": DIGEST, "nonce_lifetime": "5"}, DIGEST),
        ({"auth_type": "userpass", "username": "ann.lee", "password": "correct horse"}, DIGEST),
    ],
    ids=["digest", "options by hand", "a password by hand"],
)
def test_an_auth_that_is_written_again_keeps_its_secret(before, kept):
    """A phone goes on; a password somebody wrote by hand becomes the digest of itself."""
    assert with_secret(OPTIONS, "ann.lee", before)["password_digest"] == kept


def test_the_digest_of_another_user_is_worth_nothing():
    """A row whose user is another one gets a new secret: the old digest would let nobody in."""
    assert with_secret(OPTIONS, "ann.lee", {**OPTIONS, "username": "bo", "password_digest": DIGEST})["password_digest"] != DIGEST
