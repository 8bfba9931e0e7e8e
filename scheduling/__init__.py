"""The kernel: persons, resources, hours and the ledger of taken time. Other apps use `scheduling.public`."""
