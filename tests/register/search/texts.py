"""Random documents and queries from so few characters that they meet, also where they should not."""

from datetime import date, timedelta

from hypothesis import strategies as st

from portal.register.search.model import FACETS, Document, Query, Term

#: Chinese, traditional, beyond the first plane, runs, digits, brackets, width, an accent.
_ALPHABET = "甲乙丙國国𠮷aB1２é (（-。\n"

words = st.text(_ALPHABET, max_size=6)
values = st.text(_ALPHABET, max_size=12)
_many = st.lists(values, max_size=3).map(tuple)
_facets = st.dictionaries(
    st.sampled_from(FACETS[1:4]), st.lists(st.sampled_from("xyz"), unique=True).map(tuple)
)


def documents(most: int = 12) -> st.SearchStrategy[list[Document]]:
    """Return lists of documents with identifiers of their own."""
    one = st.builds(
        Document,
        kind=st.sampled_from(("result", "entity")),
        public_id=st.integers(0, 30).map("r_{:02}".format),
        serial=st.just(1),
        day=st.integers(0, 3).map(lambda n: date(2024, 1, 1) + timedelta(days=n)),
        identifiers=_many,
        names=_many,
        titles=_many,
        texts=_many,
        facets=_facets,
    )
    return st.lists(one, max_size=most, unique_by=lambda each: each.public_id)


queries = st.builds(
    Query,
    groups=st.lists(
        st.lists(
            st.builds(Term, words, st.sampled_from((False, False, True))), min_size=1, max_size=2
        ).map(tuple),
        max_size=3,
    ).map(tuple),
    filters=st.dictionaries(
        st.sampled_from((*FACETS[:3],)),
        st.lists(st.sampled_from(("x", "y", "result")), min_size=1, max_size=2).map(tuple),
        max_size=1,
    ),
    order=st.sampled_from(("relevance", "date")),
    offset=st.integers(0, 4),
    limit=st.integers(1, 5),
    facets=st.just(FACETS[:4]),
)
