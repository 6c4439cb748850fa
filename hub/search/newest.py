"""The newest records that some filters leave: for the pages of topics and organisations."""

import logging
from collections.abc import Mapping

from sqlalchemy.orm import Session

from hub.errors import IndexUnavailable
from hub.index.base import PUBLIC, RECORD, IndexReader, Query, SearchPage
from hub.search.limited import find_limited
from hub.search.records import RECORDS
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
    published = {**filters, "document_type": (RECORD,)}
    try:
        return reader.search(Query(rights=PUBLIC, filters=published, sort="newest", size=size, facets=facets))
    except IndexUnavailable as error:
        log.warning("A page is put together without the index: %s", error)
        return find_limited(session, Asked(filters=filters), vocabulary, {RECORD: RECORDS}, size=size).page
