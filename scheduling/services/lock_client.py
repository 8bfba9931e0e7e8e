"""Booking for a client, or erasing them: one after the other."""

from scheduling.models import Client
from tenants.locking import locked


def lock_client(client: Client) -> Client:
    """The client as they are now, with their person. Whoever erases them waits until the transaction ends; or they
    have been erased, and this raises GoneError.

    Both rows are locked: Postgres looks again at what it has waited for, and only at that.
    """
    clients = Client.objects.select_related("person").filter(person__erased_at=None)
    return locked(clients, client.pk, no_key=True, of=("self", "person"))
