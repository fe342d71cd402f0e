"""The tools as a server of the Model Context Protocol, on the official SDK."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Any, Literal, ParamSpec, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, InputRequiredResult, ToolAnnotations
from pydantic import Field, ValidationError

import reftel
from reftel.archive import Archive
from reftel.assistant.answers import MOST_HITS, MOST_PARAGRAPHS, MOST_VALUES, Answers
from reftel.assistant.models import (
    QUOTED,
    CableAnswer,
    ExplainAnswer,
    FacetsAnswer,
    RefsAnswer,
    SearchAnswer,
    TimelineAnswer,
)
from reftel.render.safe import safe_text
from reftel.schema.errors import ReftelError
from reftel.schema.fields import FIELDS

EXAMPLES = (
    ("minsk precedent", "all words, those near each other first; a word finds its plurals and verb forms"),
    ("a OR b", "either; operators are upper case"),
    ("kosovo -serbia", "without a word"),
    ('"Minsk Group"', "an exact phrase"),
    ("=secret", "exactly this word"),
    ('"Minsk Group" w/p precedent', "both in one paragraph"),
    ("minsk w/5 group", "at most five words apart"),
    ("qadhaf*", "a beginning"),
    ("~gaddafi", "a name in every spelling"),
    ("class:>=confidential", "classification"),
    ("mark:S", "a paragraph's mark"),
    ("para:(mark:S minsk)", "the word in a paragraph under that mark"),
    ("from:baku date:2008-02", "sent by a post in a month, UTC"),
    ("after:2007 before:2009", "between dates"),
    ("tags:PREL,AJ", "either of two TAGS: four letters for a subject, two for a country (RS Russia, CH China, GM Germany)"),
    ("signer:derse", "who signed"),
    ("refs:08STATE12345", "cables that cite it"),
    ("citedby:08BAKU123", "cables that it cites"),
    ("*", "every cable"),
)
"""Queries, with what they ask for."""

INSTRUCTIONS = f"""\
An archive of diplomatic cables, to be searched and read; nothing can be changed. {QUOTED}
Cite every statement with the `citation` of the paragraph that it rests on, as it stands, and say so where the archive has nothing. A cable tells what
its author reported, not what is so; "(S/NF)" and the like are the mark of a paragraph. Where an error names a place in a query, mend that and ask again;
where a query finds nothing, `instead` has queries that do. All words of a query have to be there: leave out those that only make it a sentence."""

_LANGUAGE = "The query language, by examples:\n" + "\n".join(f"{query}  ({meaning})" for query, meaning in EXAMPLES)
_FACETS = ", ".join(field.name for field in FIELDS if field.facet)
_SORTS = ", ".join(field.name for field in FIELDS if field.sort)

Query = Annotated[str, Field(description="A query in the language of `search`", max_length=4_000)]
Id = Annotated[str, Field(description="A cable's id in any spelling: 08BAKU123, 08 Baku 123, or a citation or address of it", max_length=500)]

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


class _Server(MCPServer[None]):
    """A server that tells what is wrong with arguments in a line each, and passes none over in silence."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[None, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """As `MCPServer.call_tool`."""
        known = next((list(tool.input_schema["properties"]) for tool in await self.list_tools() if tool.name == name), None)
        if known and (unknown := [each for each in arguments if each not in known]):
            raise ToolError(safe_text(f"{name} has no argument {', '.join(unknown)[:200]}; it has {', '.join(known)}. What narrows a search stands in the query."))
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            if not isinstance(error.__cause__, ValidationError):
                raise
            lines = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}, given: {str(each['input'])[:40]!r}" for each in error.__cause__.errors()]
            raise ToolError(safe_text("\n".join(lines))) from error.__cause__


def make_server(archive: Archive, room: str | None = None) -> MCPServer[None]:
    """The server over an open archive. ``room``: the address of the reading room, which stands with what is cited."""
    answers = Answers(archive, room)
    server = _Server(
        "reftel", title="Diplomatic cables", instructions=INSTRUCTIONS, version=reftel.__version__, log_level="WARNING"
    )
    tool = functools.partial(_tool, server, archive)

    @tool("Search for cables. Gives hits, the best first, each with the paragraphs that answer.\n" + _LANGUAGE)
    def search(
        query: Query,
        limit: Annotated[int, Field(ge=0, le=MOST_HITS, description="Hits to give; 0 counts alone")] = 10,
        offset: Annotated[int, Field(ge=0, description="Hits to pass over")] = 0,
        sort: Annotated[str, Field(max_length=40, description=f"relevance, or one of {_SORTS}; -date has the latest first")] = "relevance",
        paragraphs: Annotated[int, Field(ge=0, le=MOST_PARAGRAPHS, description="Paragraphs of each hit")] = 2,
    ) -> SearchAnswer:
        return answers.search(query, limit, offset, sort, paragraphs)

    @tool("Read a cable: its head and its paragraphs, or some of them by their numbers. A long cable comes in parts: go on from `next_first`.")
    def show(
        id: Id,  # noqa: A002 - the argument's name
        paragraphs: Annotated[list[int] | None, Field(max_length=100, description="Numbers of paragraphs; without them all")] = None,
        first: Annotated[int, Field(ge=0, description="Begin with this one of all paragraphs, counted from 0")] = 0,
    ) -> CableAnswer:
        return answers.show(id, paragraphs, first)

    @tool("Count the hits of a query by the values of a field, as by post or year; over all hits.")
    def facets(
        query: Query,
        field: Annotated[str, Field(max_length=40, description=f"One of {_FACETS}")],
        limit: Annotated[int, Field(ge=1, le=MOST_VALUES, description="Values to give, the most frequent first")] = 20,
    ) -> FacetsAnswer:
        return answers.facets(query, field, limit)

    @tool("Count the hits of a query over time.")
    def timeline(
        query: Query,
        by: Annotated[Literal["auto", "day", "month", "year"], Field(description="The periods; auto chooses")] = "auto",
    ) -> TimelineAnswer:
        return answers.timeline(query, by)

    @tool("What a cable cites, what cites it, and what the same post sent on the same subject before and after.")
    def refs(id: Id) -> RefsAnswer:  # noqa: A002
        return answers.refs(id)

    @tool("How a query is read, and how many cables each part of it finds alone. Helps where a query finds nothing, or too much.")
    def explain(query: Query) -> ExplainAnswer:
        return answers.explain(query)

    return server


def _tool(server: MCPServer[None], archive: Archive, description: str) -> Callable[[Callable[_Given, _Answer]], Callable[_Given, _Answer]]:
    """A tool that only reads, whose errors say what is wrong with what was asked."""

    def register(answer: Callable[_Given, _Answer]) -> Callable[_Given, _Answer]:
        @functools.wraps(answer)
        def guarded(*given: _Given.args, **named: _Given.kwargs) -> _Answer:
            try:
                return answer(*given, **named)
            except ReftelError as error:
                # Where the archive lies is nothing that a model elsewhere has to know.
                raise ToolError(safe_text(str(error).replace(str(archive.path), "the archive"))) from error

        annotations = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
        server.add_tool(guarded, description=description, annotations=annotations)
        return guarded

    return register
