"""Standard Webhooks signatures: what proves to the gateway that a call-back is the partner's."""

import base64
import hashlib
import hmac
from datetime import datetime

_PREFIX = "whsec_"


def signed_headers(secret: str, webhook_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a call-back; `secret` is `whsec_` and base64, `at` timezone-aware."""
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    digest = hmac.digest(key, b".".join([webhook_id.encode(), stamp.encode(), body]), hashlib.sha256)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
