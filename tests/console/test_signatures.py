"""Standard Webhooks signatures: genuine ones pass, whoever's library made them; everything else is refused."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from console.signatures import TOLERANCE, SecretError, SignatureError, Verifier

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"an older secret of before").decode()
BODY = '{"type":"record_payment"}'


def signed(secret: str = SECRET, *, at: datetime = NOW, body: str = BODY, message_id: str = "msg_1") -> dict[str, str]:
    """Headers as the reference library makes them."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, body),
    }


def verify(headers: dict[str, str], body: str = BODY, secrets: str = SECRET, now: datetime = NOW) -> str:
    return Verifier(secrets).verify(headers, body.encode(), now)


def test_a_genuine_signature_gives_the_message_id() -> None:
    """What the reference library signs is accepted."""
    assert verify(signed()) == "msg_1"


@given(body=st.text(max_size=200), key=st.binary(min_size=1, max_size=64))
def test_every_body_and_key_agree_with_the_reference_library(body: str, key: bytes) -> None:
    """Whatever the body and the secret, our digest is the reference library's."""
    secret = "whsec_" + base64.b64encode(key).decode()
    assert verify(signed(secret, body=body), body, secret) == "msg_1"


def test_a_changed_body_is_refused() -> None:
    """One other character in the body breaks the signature."""
    with pytest.raises(SignatureError, match="webhook-signature"):
        verify(signed(), BODY + " ")


def test_another_id_or_timestamp_is_refused() -> None:
    """Id and timestamp are signed too."""
    for changed in ({"webhook-id": "msg_2"}, {"webhook-timestamp": str(int(NOW.timestamp()) + 1)}):
        with pytest.raises(SignatureError, match="webhook-signature"):
            verify(signed() | changed)


def test_a_foreign_secret_is_refused() -> None:
    """A signature made with another secret does not pass."""
    with pytest.raises(SignatureError, match="webhook-signature"):
        verify(signed(OLD_SECRET))


@pytest.mark.parametrize("secrets", [f"{SECRET} {OLD_SECRET}", f"{OLD_SECRET} {SECRET}"])
def test_old_and_new_secret_work_side_by_side(secrets: str) -> None:
    """While a secret is rotated, either signature passes."""
    assert verify(signed(SECRET), secrets=secrets) == "msg_1"
    assert verify(signed(OLD_SECRET), secrets=secrets) == "msg_1"


def test_one_good_signature_among_several_is_enough() -> None:
    """A sender that rotates its secret sends several signatures; unknown versions are passed over."""
    headers = signed()
    others = Webhook(OLD_SECRET).sign("msg_1", NOW, BODY)
    headers["webhook-signature"] = f"v1a,AAAA {others} {headers['webhook-signature']}"
    assert verify(headers) == "msg_1"


@pytest.mark.parametrize("header", ["", "v1", "v1,", "v1,***", "v2,AAAA", ",", "v1,AAAA,BBBB", "\N{SNOWMAN}", "v1,é"])
def test_a_malformed_signature_header_is_refused(header: str) -> None:
    """Nonsense in the header is a refusal, never a crash."""
    with pytest.raises(SignatureError, match="webhook-signature"):
        verify(signed() | {"webhook-signature": header})


@pytest.mark.parametrize("drift", [TOLERANCE + timedelta(seconds=1), -TOLERANCE - timedelta(seconds=1)])
def test_an_old_or_future_call_back_is_refused(drift: timedelta) -> None:
    """A recorded call-back played again later is taken for what it is."""
    with pytest.raises(SignatureError, match="webhook-timestamp: more than 5 minutes"):
        verify(signed(), now=NOW + drift)


@pytest.mark.parametrize("drift", [TOLERANCE, -TOLERANCE])
def test_five_minutes_of_drift_are_allowed(drift: timedelta) -> None:
    """The tolerance itself still passes."""
    assert verify(signed(), now=NOW + drift) == "msg_1"


@pytest.mark.parametrize("timestamp", ["", "now", "1e9", "12.5", "-5", "٣٤٥", "9" * 40])
def test_a_malformed_timestamp_is_refused(timestamp: str) -> None:
    """Only whole seconds are a timestamp."""
    with pytest.raises(SignatureError, match="webhook-timestamp"):
        verify(signed() | {"webhook-timestamp": timestamp})


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(name: str) -> None:
    """The refusal says which header is missing."""
    headers = signed()
    del headers[name]
    with pytest.raises(SignatureError, match=name):
        verify(headers)


@pytest.mark.parametrize("message_id", ["a b", "x" * 120, "ß", "a\n"])
def test_an_id_that_cannot_be_a_key_is_refused(message_id: str) -> None:
    """The id becomes an idempotency key, so it must look like one."""
    with pytest.raises(SignatureError, match="webhook-id"):
        verify(signed(message_id=message_id))


def test_without_a_secret_every_call_back_is_refused() -> None:
    """No secret set means no partner is trusted, not that all are."""
    with pytest.raises(SignatureError, match="webhook-signature"):
        verify(signed(), secrets="")


@pytest.mark.parametrize("secret", ["whsec_%&", "plain", "MDEyMzQ1Njc4OWFiY2RlZg=="])
def test_a_malformed_secret_is_named_but_not_shown(secret: str) -> None:
    """The error says which setting to correct and keeps the value to itself."""
    with pytest.raises(SecretError, match="WEBHOOK_SECRET") as raised:
        Verifier(secret)
    assert secret.removeprefix("whsec_") not in str(raised.value).removeprefix("WEBHOOK_SECRET")
