"""The line on top of a mail that can be answered: what stands below it is ours, and no part of the answer."""

import re
from typing import Final

MARK: Final = "=== Answer above this line · Atebwch uwchben y llinell hon ==="

MARKED: Final = re.compile(r"Answer above this line|Atebwch uwchben y llinell hon")
"""Finds it also where a program for mails has quoted, broken or shortened it."""
