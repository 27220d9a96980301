"""Who may speak to the partners: whoever shows the bearer token we agreed on."""

import hmac
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from sandbox.problems import ProblemError

_BEARER = HTTPBearer(auto_error=False, description="The token agreed on with the partner")


async def known_caller(
    request: Request, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> None:
    """Let the request pass only with the right token."""
    expected: str = request.app.state.token
    if shown is None or not hmac.compare_digest(shown.credentials.encode(), expected.encode()):
        reason = "show the agreed token as 'Authorization: Bearer …'"
        raise ProblemError(401, reason, headers={"WWW-Authenticate": "Bearer"})
