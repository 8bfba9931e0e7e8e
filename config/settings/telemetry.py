"""What is counted. Traces are configured by OpenTelemetry's own variables alone (telemetry.tracing)."""

from config.settings.environment import env

__all__ = ["METRICS", "METRICS_TENANTS"]

METRICS = env.bool("SLOTKEEPER_METRICS", True)
# Whether the queues are shown per tenant too: as many series as tenants, with their names.
METRICS_TENANTS = env.bool("SLOTKEEPER_METRICS_TENANTS", False)
