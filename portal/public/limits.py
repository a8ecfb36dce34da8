"""How many requests a reader may make: one bucket for each network, in the memory of each process."""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

#: Networks remembered at a time; the one not heard of for longest is forgotten first.
_MOST = 10_000
#: Buckets fill up again within this many seconds.
WINDOW = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after one request; `wait` is 0 where it is allowed, else seconds until it is."""

    limit: int
    left: int
    wait: int

    def headers(self) -> dict[str, str]:
        """Return the header fields that tell a client (draft-ietf-httpapi-ratelimit-headers)."""
        found = {
            "RateLimit-Policy": f'"default";q={self.limit};w={WINDOW}',
            "RateLimit": f'"default";r={self.left};t={self.wait or WINDOW}',
        }
        return found | ({"Retry-After": str(self.wait)} if self.wait else {})


class Buckets:
    """Token buckets by network: an address is cut to /24, or /48 for IPv6, before it is remembered."""

    def __init__(self, limit: int, window: int = WINDOW) -> None:
        """Allow `limit` requests in `window` seconds to each network, all at once if it likes."""
        self._limit, self._window = limit, window
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> Allowance:
        """Count one request."""
        network, now = network_of(address), time.monotonic()
        with self._lock:
            left, then = self._left.pop(network, (float(self._limit), now))
            left = min(self._limit, left + (now - then) * self._limit / self._window)
            allowed = left >= 1
            left -= allowed
            self._left[network] = (left, now)
            if len(self._left) > _MOST:
                self._left.popitem(last=False)
        wait = 0 if allowed else int((1 - left) * self._window / self._limit) + 1
        return Allowance(self._limit, int(left), wait)


def network_of(address: str) -> str:
    """Return the network an address belongs to, as far as it is told apart here.

    >>> network_of("192.0.2.77"), network_of("2001:db8:1:2::3")
    ('192.0.2.0/24', '2001:db8:1::/48')
    """
    try:
        bits = 24 if ip_address(address).version == 4 else 48  # noqa: PLR2004 - the protocol's number
    except ValueError:
        return "unknown"
    return str(ip_network(f"{address}/{bits}", strict=False))
