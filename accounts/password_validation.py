"""Django tells its password validators of every new password, wherever it was set."""

from accounts.models import User
from accounts.services.end_sign_ins import end_sign_ins


class EndSignIns:
    """No rule for passwords: a new one ends the tokens that were given for the old one, which somebody else
    may have known."""

    def validate(self, password: str, user: User | None = None) -> None:
        pass

    def get_help_text(self) -> str:
        return "A new password signs you out everywhere else."

    def password_changed(self, password: str, user: User | None = None) -> None:  # noqa: ARG002
        if user is not None:
            end_sign_ins(user=user)
