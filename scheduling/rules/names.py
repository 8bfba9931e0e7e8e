"""How people are called."""


def full_name(given_name: str, family_name: str) -> str:
    return f"{given_name} {family_name}".strip()
