"""How the property tests run: the same examples each time, and no more than the suite has time for."""

from hypothesis import HealthCheck, settings

bounded = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
