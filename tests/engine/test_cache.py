"""The bounded cache: how much it keeps, what goes first, and that threads may share it."""

from __future__ import annotations

import threading

from reftel.engine.cache import BoundedCache


def cache(limit: int) -> BoundedCache[str]:
    return BoundedCache(limit, len)


def test_a_value_is_made_once():
    kept, made = cache(10), []
    for _ in range(3):
        assert kept.get("a", lambda: made.append(1) or "aaa") == "aaa"
    assert made == [1]
    assert kept.peek("a") == "aaa"
    assert kept.peek("b") is None


def test_the_oldest_goes_first():
    kept = cache(10)
    for name in "abc":
        kept.get(name, lambda name=name: name * 5)
    assert [kept.peek(name) for name in "abc"] == [None, "bbbbb", "ccccc"]


def test_what_was_used_gets_another_turn():
    kept = cache(10)
    kept.get("a", lambda: "aaaaa")
    kept.get("b", lambda: "bbbbb")
    kept.get("a", lambda: "never made")
    kept.get("c", lambda: "ccccc")
    assert [kept.peek(name) for name in "abc"] == ["aaaaa", None, "ccccc"]


def test_there_is_room_where_everything_was_used():
    kept = cache(10)
    for name in "abcdef":
        kept.get(name, lambda name=name: name * 4)
        kept.peek(name)
    assert sum(kept.peek(name) is not None for name in "abcdef") == 2
    assert kept.peek("f") == "ffff"


def test_what_is_too_large_is_given_but_not_kept():
    kept = cache(10)
    assert kept.get("a", lambda: "a" * 11) == "a" * 11
    assert kept.get("b", lambda: "b" * 5, largest=4) == "b" * 5
    assert kept.peek("a") is kept.peek("b") is None
    assert kept.get("c", lambda: "c" * 10) == kept.peek("c")


def test_threads_share_it():
    kept, wrong = cache(40), []

    def ask(first: int) -> None:
        for number in range(first, first + 2000):
            name = str(number % 17)
            if kept.get(name, lambda name=name: name * 5) != name * 5:
                wrong.append(name)

    threads = [threading.Thread(target=ask, args=(start,)) for start in range(0, 40, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert sum(len(kept.peek(str(number)) or "") for number in range(17)) <= 40
