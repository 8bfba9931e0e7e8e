"""The hash of OAuth client secrets."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class ClientSecretHasher(PBKDF2PasswordHasher):
    """PBKDF2 with few rounds.

    A client secret is 128 random characters: nobody guesses it, however fast the hash. Django's
    1,000,000 rounds for people's passwords would cost 0.2 s of CPU for each token request.
    """

    algorithm = "pbkdf2_client_secret"
    iterations = 1_000
