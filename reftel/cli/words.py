"""Commands that take a query: words may begin with a minus, which negates them, although options do too."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import click


class QueryCommand(click.Command):
    """A command in whose arguments ``-amal`` is a negated word: only what is the name of an option in full is one.

    A value may stand at a short option's name where nothing else can be meant: ``-n5``, ``-fjson``. Behind ``--`` all is words.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Click's own, with the words behind ``--``."""
        return super().parse_args(ctx, self.arranged(ctx, args))

    def arranged(self, ctx: click.Context, args: list[str]) -> list[str]:
        """``args`` with the words behind ``--``; unchanged while a shell completes the value of the last option."""
        options = self._options(ctx)
        if args and _takes_value(options.get(args[-1])) and "--" not in args:
            if not ctx.resilient_parsing:
                raise click.BadOptionUsage(args[-1], f"Option {args[-1]!r} requires an argument.", ctx)
            return args
        return list(_sorted(args, options))

    def _options(self, ctx: click.Context) -> dict[str, click.Option]:
        options = (each for each in self.get_params(ctx) if isinstance(each, click.Option))
        return {name: option for option in options for name in (*option.opts, *option.secondary_opts)}


def _sorted(args: list[str], options: dict[str, click.Option]) -> Iterator[str]:
    """Options with their values, then ``--`` and the words."""
    words: list[str] = []
    left = iter(args)
    for text in left:
        name = text.partition("=")[0] if text.startswith("--") else text
        if text == "--":
            words += left
        elif name in options:
            yield text
            if name == text and _takes_value(options[name]):
                yield from itertools.islice(left, 1)
        elif text.startswith("--") or _has_its_value(text, options):
            yield text
        else:
            words.append(text)
    if words:
        yield from ("--", *words)


def _takes_value(option: click.Option | None) -> bool:
    return option is not None and not option.is_flag


def _has_its_value(text: str, options: dict[str, click.Option]) -> bool:
    """Whether a text is a short option with its value in one: ``-n5``; not ``-nato``, nor ``-Afghanistan``, which could be a folder."""
    option, value = options.get(text[:2]), text[2:]
    if option is None or not text.startswith("-") or not value:
        return False
    if isinstance(option.type, click.Choice):
        return value in option.type.choices
    return isinstance(option.type, click.types.IntParamType) and value.isdecimal()
