"""The memory: the only place that talks SQL."""
