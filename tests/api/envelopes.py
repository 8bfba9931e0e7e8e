"""Reading a refusal in whatever family's envelope it came, and checking that the envelope is whole."""

from dataclasses import dataclass
from typing import Any

from api.families import FLEXTELL, LEKO, LOOP, PLATFORM, Family, family_of


@dataclass(frozen=True, slots=True)
class Refused:
    status: int
    code: str
    message: str
    family: Family

    @property
    def is_invalid_input(self) -> bool:
        """Whether fields are wrong, in the family's own word."""
        code = "validation" if self.family is LEKO else "validation_error"
        return (self.status, self.code) == (422 if self.family is FLEXTELL else 400, code)


def refused(answer: Any, *, method: str, path: str) -> Refused:
    """The refusal in `answer`. Fails unless it is a 4xx or 503 in the envelope of the address' family."""
    family = family_of(method, path.partition("?")[0])
    status = answer.status_code
    assert 400 <= status < 500 or status == 503, (status, answer.content[:300])
    assert answer["Content-Type"] == family.content_type, answer.content[:300]
    assert b"Traceback" not in answer.content
    body = answer.json()
    if family is LOOP or family is FLEXTELL:
        assert set(body) <= {"error", "message", "error_description", "errors"}
        assert ("error_description" in body) == (family is LOOP and status == 401)
        return Refused(status, body["error"], body["message"], family)
    if family is LEKO:
        error = body if status == 404 else body["errors"][0]
        assert set(error) == {"code", "message", "endpoint", "requestId"}
        assert error["requestId"] == answer["X-Request-Id"]
        return Refused(status, error["code"], error["message"], family)
    assert family is PLATFORM
    assert body["status"] == status
    assert body["request_id"] == answer["X-Request-Id"]
    assert set(body) - {"errors"} == {"type", "title", "status", "code", "detail", "request_id"}
    return Refused(status, body["code"], body["detail"], family)
