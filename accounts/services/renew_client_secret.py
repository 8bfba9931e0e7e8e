from oauth2_provider.generators import generate_client_secret

from accounts.access.models import Application


def renew_client_secret(*, application: Application) -> str:
    """Gives an application another secret and answers it, this once. The old one opens nothing from now on."""
    secret: str = generate_client_secret()
    application.client_secret = secret  # hashed by its field
    application.save(update_fields=["client_secret", "updated"])
    return secret
