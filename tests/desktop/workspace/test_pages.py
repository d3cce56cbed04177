"""Pages are dropped by their size, those not used for long first."""

from __future__ import annotations

from pytuck_desktop.workspace.pages import Page, PageCache


def page(number: int, size: int = 100) -> Page:
    return Page(number * 256, (number,), ((number,),), {}, size)


def test_the_least_used_pages_are_dropped_beyond_the_bound():
    cache = PageCache(max_bytes=300)
    for number in range(3):
        cache.put(number, page(number))
    assert cache.get(0) == page(0)
    cache.put(3, page(3))
    assert cache.numbers() == [2, 0, 3]
    assert cache.size_bytes == 300
    cache.put(3, page(3, size=50))
    assert cache.size_bytes == 250
    cache.put(9, page(9, size=1000))
    assert cache.numbers() == [9]
    cache.clear()
    assert (len(cache), cache.size_bytes) == (0, 0)
