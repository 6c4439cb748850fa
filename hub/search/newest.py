"""The newest documents that some filters leave: for the pages of topics and organisations."""

import logging
from collections.abc import Mapping

from sqlalchemy.orm import Session

from hub.errors import IndexUnavailable
from hub.index.base import PUBLIC, IndexReader, Query, SearchPage
from hub.search.limited import find_limited
from hub.search.service import Asked
from hub.topics.service import Vocabulary

log = logging.getLogger(__name__)


def newest(
    session: Session,
    reader: IndexReader,
    vocabulary: Vocabulary,
    filters: Mapping[str, tuple[str, ...]],
    *,
    size: int,
    facets: tuple[str, ...],
) -> SearchPage:
    """From the index with its facets; without facets from the database while the index is away."""
    try:
        return reader.search(Query(rights=PUBLIC, filters=filters, sort="newest", size=size, facets=facets))
    except IndexUnavailable as error:
        log.warning("A page is put together without the index: %s", error)
        return find_limited(session, Asked(filters=filters), vocabulary, size=size).page
