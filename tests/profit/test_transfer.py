"""What it takes to send what the work of a loop needs."""

from __future__ import annotations

from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.analysis import analyse
from pfadvisor.profit.transfer import transfer_seconds

from .snippets import marked

SOURCE = """
def spin(number: int, table: list[int]) -> int:
    return sum(number * each % 7 for each in table)

def run(numbers: list[int], table: list[int]) -> list[int]:
    return [spin(number, table) for number in numbers]  # LOOP
"""


def test_what_all_items_need_goes_with_each_that_goes_alone():
    found = marked(SOURCE)
    facts = found.ev.module
    number = found.ev.function.loops.index(found.loop)
    analysis = analyse(found.program, facts, found.ev.index, number, Accepted(()))
    in_chunks, alone = (transfer_seconds(analysis, alone=each) for each in (False, True))
    assert alone.mid > 2 * in_chunks.mid
