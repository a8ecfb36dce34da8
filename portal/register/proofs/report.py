"""What a walk over the register found."""

from collections import Counter
from dataclasses import dataclass, field

#: Faults to keep in words; the rest is counted.
_MOST = 200


@dataclass(slots=True)
class Audited:
    """Counts of what was held against what, and every fault in a sentence."""

    done: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    fault_count: int = 0
    #: The first change that says it was made before one that came earlier; no fault, but to be accounted for.
    backward: int | None = None
    #: The newest signed head, once everything before it was found right.
    head: str | None = None

    def fault(self, sentence: str) -> None:
        """Note that something is not as the log says."""
        self.fault_count += 1
        if len(self.faults) < _MOST:
            self.faults.append(sentence)
