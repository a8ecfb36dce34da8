"""Measures the detectors: ``python -m tests.bench.detectors``.

Recall per kind and disguise, false alarms per family of look-alikes, precision per kind, and time.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterable

from portal.airlock.detectors import kinds
from portal.airlock.detectors.kinds import GRADES, Severity
from portal.airlock.detectors.scan import scan
from tests.airlock.corpus import POSITIVES, Sample, positives
from tests.airlock.corpus_negative import NEGATIVES, negatives
from tests.airlock.corpus_text import HOSTILE, PAPER, SHORT

_PAPER_LENGTH = 1200


def is_found(sample: Sample) -> bool:
    """Whether the kind is told at its place."""
    told = {sample.kind, kinds.CONTACT} if sample.kind == kinds.PERSON else {sample.kind}
    return any(
        hit.kind in told and hit.start < sample.end and hit.end > sample.start
        for hit in scan(sample.text)
    )


def recall(samples: Iterable[Sample]) -> dict[str, float]:
    """Return the share found, by disguise."""
    found: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for sample in samples:
        every[sample.manner] += 1
        found[sample.manner] += is_found(sample)
    return {manner: found[manner] / count for manner, count in every.items()}


def alarms(samples: Iterable[Sample]) -> Counter[str]:
    """Return in how many texts without anything to find each kind is told."""
    told: Counter[str] = Counter()
    for sample in samples:
        told.update({hit.kind for hit in scan(sample.text)})
    return told


def blocking(told: Counter[str]) -> int:
    """Return how many of the alarms would block."""
    return sum(n for kind, n in told.items() if GRADES[kind].severity is Severity.BLOCK)


def _micro(text: str, times: int) -> float:
    begun = time.perf_counter()
    for _ in range(times):
        scan(text)
    return (time.perf_counter() - begun) / times * 1e6


def main() -> None:
    """Print everything once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=2)
    given = parser.parse_args()
    count, seed = int(given.count), int(given.seed)
    false: Counter[str] = Counter()
    print(f"{'look-alikes':24}{'texts':>7}  alarms")
    for family in NEGATIVES:
        told = alarms(negatives(family, count=count, seed=seed))
        false += told
        print(f"{family:24}{count:>7}  {dict(told) or '-'}")
    texts = count * len(NEGATIVES)
    print(f"blocking alarms: {blocking(false)} in {texts} texts ({blocking(false) / texts:.2%})\n")
    for kind, (_, manners, bar) in POSITIVES.items():
        shares = recall(positives(kind, count=count, seed=seed))
        mean = sum(shares.values()) / len(shares)
        right = mean * count * len(manners)
        precision = right / (right + false[kind])
        grade = GRADES[kind].severity.value
        print(
            f"{kind} ({grade}): recall {mean:.4f}, lowest {min(shares.values()):.4f}, bar {bar}, precision {precision:.4f}"
        )
        print("    " + " · ".join(f"{manner} {share:.3f}" for manner, share in shares.items()))
    paper = (PAPER * 10)[:_PAPER_LENGTH]
    print(f"\n{_PAPER_LENGTH} characters of a paper: {_micro(paper, 200):.0f} µs")
    for text in SHORT:
        print(f"short text of {len(text)}: {_micro(text, 20_000):.2f} µs")
    for name, hostile in HOSTILE.items():
        print(f"{len(hostile)} characters, {name}: {_micro(hostile, 3) / 1000:.1f} ms")


if __name__ == "__main__":
    main()
