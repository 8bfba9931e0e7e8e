"""What an operator sees: logs, metrics, traces. Every app may call it; it knows none of them."""
