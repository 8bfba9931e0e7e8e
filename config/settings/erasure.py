"""Where it is written down who was erased, so that a restored backup can be erased again."""

from config.settings.environment import DATA_DIR, env

__all__ = ["ERASURE_LOG"]

# Outside the database and its backups. Every process that serves requests appends to it.
ERASURE_LOG = env.str("ERASURE_LOG", str(DATA_DIR / "erasures.jsonl"))
