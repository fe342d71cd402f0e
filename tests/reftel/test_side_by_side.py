"""Work in steps: its results come in order, whatever the pieces take."""

from __future__ import annotations

import pytest

from reftel.base.steps import Steps, finish, side_by_side


def counting(steps: int, done: list[str]) -> Steps[int]:
    for step in range(steps):
        done.append(f"{steps}.{step}")
        yield
    return steps * 10


def test_a_step_of_each_is_done_before_the_next():
    done: list[str] = []
    assert side_by_side(counting(steps, done) for steps in (2, 0, 3)) == [20, 0, 30]
    assert done == ["2.0", "3.0", "2.1", "3.1", "3.2"]


def test_one_alone_and_none():
    assert finish(counting(3, [])) == 30
    assert side_by_side(()) == []


def test_what_one_raises_is_raised():
    def failing() -> Steps[int]:
        yield
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        side_by_side((counting(2, []), failing()))
