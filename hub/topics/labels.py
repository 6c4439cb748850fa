"""The label file: today's vocabulary as the sandbox's tagger loads it, one file a revision."""

import json
import os
from pathlib import Path

from hub.config import Settings
from hub.topics.service import Vocabulary
from vocab.values import scheme_to_json


def labels_file(vocabulary: Vocabulary, settings: Settings) -> Path | None:
    """The file of the present revision, written where it is missing; None while the hub has no vocabulary."""
    revision = vocabulary.revision
    if revision < 0:
        return None
    path = settings.data / f"labels-{revision}.json"
    if not path.is_file():
        new = path.with_suffix(f".{os.getpid()}.new")
        new.write_text(json.dumps(scheme_to_json(vocabulary.scheme), ensure_ascii=False), "utf-8")
        os.replace(new, path)
    return path
