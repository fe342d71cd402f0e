"""The caches of one budget: how much they keep together, what goes first, and that threads may share them."""

from __future__ import annotations

import threading

import pytest

from reftel.engine.cache import ENTRY, Budget, Cache

LETTER = 2 * ENTRY


def size_of(text: str) -> int:
    return LETTER * len(text) - ENTRY


def cache(limit: int) -> Cache[str]:
    return Cache(Budget(LETTER * limit), size_of)


def test_a_value_is_made_once():
    kept, made = cache(20), []
    for _ in range(3):
        assert kept.get("a", lambda: made.append(1) or "aaa") == "aaa"
    assert made == [1]
    assert kept.peek("a") == "aaa"
    assert kept.peek("b") is None


def test_a_function_whose_values_are_kept():
    made = []
    doubled = cache(40).over(lambda text, times: made.append(text) or text * times)
    assert [doubled("a", 2), doubled("b", 2), doubled("a", 2), doubled("a", 3)] == ["aa", "bb", "aa", "aaa"]
    assert made == ["a", "b", "a"]


def test_the_oldest_goes_first():
    kept = cache(20)
    for name in "abcde":
        kept.get(name, lambda name=name: name * 5)
    assert [kept.peek(name) for name in "abcde"] == [None, "bbbbb", "ccccc", "ddddd", "eeeee"]


def test_what_was_used_gets_another_turn():
    kept = cache(20)
    for name in "abcd":
        kept.get(name, lambda name=name: name * 5)
    kept.get("a", lambda: "never made")
    kept.get("e", lambda: "eeeee")
    assert [kept.peek(name) for name in "abcde"] == ["aaaaa", None, "ccccc", "ddddd", "eeeee"]


def test_there_is_room_where_everything_was_used():
    kept = cache(20)
    for name in "abcdefgh":
        kept.get(name, lambda name=name: name * 4)
        kept.peek(name)
    assert sum(kept.peek(name) is not None for name in "abcdefgh") == 5
    assert kept.peek("h") == "hhhh"


@pytest.mark.parametrize(("limit", "size", "is_kept"), [(20, 5, True), (20, 6, False), (0, 1, False)])
def test_a_quarter_of_the_budget_is_the_most_for_one(limit, size, is_kept):
    kept = cache(limit)
    assert kept.get("a", lambda: "a" * size) == "a" * size
    assert (kept.peek("a") is not None) == is_kept


def test_caches_share_their_budget():
    budget = Budget(LETTER * 20)
    first, second = Cache(budget, size_of), Cache(budget, size_of)
    for name in "abcd":
        first.get(name, lambda name=name: name * 5)
    first.peek("a")
    second.get("a", lambda: "AAAAA")
    second.get("b", lambda: "BBB")
    assert [first.peek(name) for name in "abcd"] == ["aaaaa", None, None, "ddddd"]
    assert [second.peek(name) for name in "ab"] == ["AAAAA", "BBB"]
    assert budget.size == LETTER * 18
    budget.clear()
    assert first.peek("a") is second.peek("a") is None
    assert budget.size == 0
    assert second.get("a", lambda: "a") == second.peek("a")


def test_threads_share_it():
    budget, wrong = Budget(LETTER * 40), []
    caches = [Cache(budget, size_of), Cache(budget, size_of)]

    def ask(first: int) -> None:
        for number in range(first, first + 2000):
            name = str(number % 17)
            if caches[number % 2].get(name, lambda name=name: name * 5) != name * 5:
                wrong.append(name)

    threads = [threading.Thread(target=ask, args=(start,)) for start in range(0, 40, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    left = sum(len(kept.peek(str(number)) or "") for number in range(17) for kept in caches)
    assert budget.size == LETTER * left <= LETTER * 40


def test_what_has_grown_is_counted_anew():
    budget = Budget(LETTER * 20)
    kept = Cache(budget, size_of)
    lists: Cache[list[str]] = Cache(budget, lambda letters: LETTER * len(letters) - ENTRY)
    first = lists.get("a", lambda: ["a"])
    for name in "bcd":
        kept.get(name, lambda: "xxxxx")
    first += "aaa"
    lists.measure("a")
    lists.measure("no such key")
    assert budget.size == LETTER * 19
    first += "a"
    kept.peek("b")
    lists.measure("a")
    assert budget.size == LETTER * 20
    lists.get("e", lambda: ["e"])
    assert (lists.peek("a"), [kept.peek(name) for name in "bcd"]) == (None, ["xxxxx"] * 3)


def test_what_has_outgrown_a_quarter_goes_alone():
    budget = Budget(LETTER * 20)
    lists: Cache[list[str]] = Cache(budget, lambda letters: LETTER * len(letters) - ENTRY)
    for name in "abc":
        lists.get(name, lambda: ["x"])
    lists.get("b", list).extend("x" * 30)
    lists.measure("b")
    assert [lists.peek(name) is not None for name in "abc"] == [True, False, True]
    assert budget.size == LETTER * 2
    assert lists.get("b", lambda: ["y"]) == lists.peek("b") == ["y"]
    for name in "defghijklmnopqrstuvwxyz":
        lists.get(name, lambda: ["x"])
        assert budget.size <= LETTER * 20
    assert sum(lists.peek(name) is not None for name in "abcdefghijklmnopqrstuvwxyz") == 20


def test_threads_share_what_grows():
    budget = Budget(LETTER * 40)
    lists: Cache[list[str]] = Cache(budget, lambda letters: LETTER * len(letters) - ENTRY)

    def ask(first: int) -> None:
        for number in range(first, first + 2000):
            name = str(number % 17)
            found = lists.get(name, lambda: ["x"])
            if len(found) < 12:
                found.append("x")
                lists.measure(name)

    threads = [threading.Thread(target=ask, args=(start,)) for start in range(0, 40, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(17):
        lists.measure(str(number))
    assert budget.size == LETTER * sum(len(lists.peek(str(number)) or "") for number in range(17)) <= LETTER * 40
