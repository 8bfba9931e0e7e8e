"""The port that Prometheus asks: what the processes counted, and what the platform looks like now."""
