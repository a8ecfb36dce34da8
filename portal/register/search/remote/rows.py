"""What is filed of a document on the server, and how the server reads it.

The server analyses nothing. Texts come folded by our own analysis, the tokens parted by blanks, so that a
term occurs in a text exactly when its tokens stand there side by side: a phrase without slack. Every
Chinese character is a token, hence no pair of characters can be a false hit, as with bigrams alone; the
server keeps the pairs as well (`index_phrases`) and looks phrases up by them.
"""

import re
from collections.abc import Iterator
from hashlib import blake2b
from itertools import pairwise

from portal.register.search.analysis import SINGLES, compact, fold, tokens
from portal.register.search.index.sounds import sounding
from portal.register.search.model import FACETS, Document
from portal.register.search.remote.address import Address
from portal.register.search.remote.server import Json

#: Hits that one question may reach; what lies deeper is walked to.
WINDOW = 10_000
#: Longer runs are known by their digest: the server cuts tokens of more than 255 units of UTF-16.
_LONGEST_TOKEN = 120
#: Bytes of one value that the server takes are 32,766.
_LONGEST_VALUE = 30_000

_TEXT = {
    "type": "text",
    "analyzer": "folded",
    "norms": False,
    "index_phrases": True,
    "similarity": "boolean",
}
#: Looked up whole or by its beginning; never counted or sorted by.
_LOOKED_UP = {"type": "keyword", "doc_values": False}
_SINGLE = re.compile(f"[{SINGLES}]").fullmatch


def index(address: Address) -> Json:
    """Return the settings and the mapping of an index."""
    return {
        "settings": {
            "index": {
                "number_of_shards": address.shards,
                "number_of_replicas": address.replicas,
                "max_result_window": WINDOW,
                "refresh_interval": "-1",
                #: A purge must rewrite a segment with a single deleted document too.
                "merge.policy.expunge_deletes_allowed": 0,
            },
            "analysis": {"analyzer": {"folded": {"type": "custom", "tokenizer": "whitespace"}}},
        },
        "mappings": {
            "dynamic": "strict",
            "properties": {
                "state": {"type": "object", "enabled": False},
                "id": {"type": "keyword"},
                "day": {"type": "integer"},
                "facet": {"properties": {name: {"type": "keyword"} for name in FACETS}},
                **dict.fromkeys(("identifier", "name", "sound", "pair"), _LOOKED_UP),
                **dict.fromkeys(("names", "titles", "texts"), _TEXT),
            },
        },
    }


def row(document: Document) -> Json:
    """Return what is filed of `document`."""
    names = [folded for each in document.names if (folded := fold(each))]
    facets = {**document.facets, "kind": (document.kind,)}
    return {
        "id": document.public_id,
        "day": document.day.toordinal(),
        "facet": {name: list(facets[name]) for name in FACETS if facets.get(name)},
        "identifier": [
            kept(plain) for each in document.identifiers if (plain := compact(fold(each)))
        ],
        "name": [kept(each) for each in names],
        "sound": [kept(each) for each in sounding(document)],
        "pair": sorted({pair for each in names for pair in pairs(each)}),
        "names": [words(each) for each in names],
        "titles": [words(fold(each)) for each in document.titles],
        "texts": [words(fold(each)) for each in document.texts],
    }


def words(folded: str) -> str:
    r"""Return the tokens of a folded text, parted by blanks.

    >>> words(fold("第3號 GB50016"))
    '第 3 号 gb50016'
    """
    return " ".join(
        each if len(each) <= _LONGEST_TOKEN else _digest(each) for each in tokens(folded)
    )


def kept(value: str) -> str:
    """Return how a value is filed that is looked up whole: itself, or its beginning and its digest."""
    content = value.encode()
    if len(content) <= _LONGEST_VALUE:
        return value
    return content[:_LONGEST_VALUE].decode(errors="ignore") + _digest(value)


def pairs(folded: str) -> Iterator[str]:
    r"""Yield every two neighbouring characters of which one is a word by itself.

    >>> list(pairs(fold("甲乙 ab")))
    ['甲乙', '乙\x1f']
    """
    for first, second in pairwise(folded):
        if _is_single(first) or _is_single(second):
            yield first + second


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=32).hexdigest()


def _is_single(character: str) -> bool:
    return _SINGLE(character) is not None
