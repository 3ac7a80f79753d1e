"""Seconds in the service, microseconds in the database: its TIMESTAMP columns are UTC and carry no zone."""


def micros(seconds: float) -> int:
    """Microseconds since 1970, for `make_timestamp` in SQL."""
    return round(seconds * 1e6)


def seconds(micros_since_1970: int) -> float:
    """The inverse, for `epoch_us` in SQL."""
    return micros_since_1970 / 1e6
