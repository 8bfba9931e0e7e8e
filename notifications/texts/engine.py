"""The engine for what tenants write: Liquid, with little in it (docs/adr/0015).

Twice guarded. Before anything is parsed, `_scan` walks over the source in one pass: which tags, how long, how many.
What was parsed may hold only the nodes and expressions named here. So there are no loops, no ranges, no variables of
a template's own and no other templates: rendering takes time and room in proportion to the source. The data is
plain: dicts of texts, numbers and booleans (`variables.values`), so that no name leads to anything of Python's.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from liquid import BoundTemplate, Environment, StrictUndefined
from liquid.ast import BlockNode, ConditionalBlockNode, Node
from liquid.builtin import content, illegal, output
from liquid.builtin import expressions as ex
from liquid.builtin.expressions import logical, primitive
from liquid.builtin.tags import case_tag, comment_tag, if_tag, unless_tag
from liquid.exceptions import LiquidError
from liquid.expression import Expression

from notifications.texts.filters import FILTERS, NAMED_ARGUMENTS

MAX_TAGS: Final = 500
MAX_TAG_LENGTH: Final = 300
MAX_OUTPUT_BYTES: Final = 200_000
_MAX_DEPTH: Final = 10

TAGS: Final = ("if", "elsif", "else", "endif", "unless", "endunless", "case", "when", "endcase", "comment",
               "endcomment")  # fmt: skip
_OPENING: Final = re.compile(r"\{[{%]")
_NAME: Final = re.compile(r"-?\s{0,9}(\w{1,40})")
_NODES: Final = (BlockNode, ConditionalBlockNode, content.ContentNode, output.OutputNode, if_tag.IfNode,
                 unless_tag.UnlessNode, case_tag.CaseNode, case_tag.MultiExpressionBlockNode,
                 comment_tag.CommentNode)  # fmt: skip
_WHEN: Final = case_tag._AnyExpression  # noqa: SLF001 - what `when` is parsed to
_EXPRESSIONS: Final = (
    ex.FilteredExpression, ex.Path, ex.BooleanExpression, ex.StringLiteral, ex.Nil, _WHEN, primitive.IntegerLiteral,
    primitive.Empty, primitive.Blank, primitive.TrueLiteral, primitive.FalseLiteral, logical.LogicalAndExpression,
    logical.LogicalOrExpression, logical.EqExpression, logical.NeExpression, logical.LtExpression,
    logical.LeExpression, logical.GtExpression, logical.GeExpression, logical.ContainsExpression,
)  # fmt: skip


class TemplateError(Exception):
    """What is wrong with a template, for whoever wrote it. `line` counts from 1; 0 where it is the whole."""

    def __init__(self, text: str, *, line: int = 0) -> None:
        super().__init__(f"Line {line}: {text}" if line else text)


class _Environment(Environment):
    """Liquid with the tags and filters of ours alone."""

    output_stream_limit = MAX_OUTPUT_BYTES
    block_nesting_limit = _MAX_DEPTH

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:  # noqa: ARG002 - the library's signature
        for tag in (content.Literal, output.Output, illegal.Illegal, if_tag.IfTag, unless_tag.UnlessTag,
                    case_tag.CaseTag, comment_tag.CommentTag):  # fmt: skip
            self.add_tag(tag)
        for name, function in FILTERS.items():
            self.add_filter(name, function)


_TEXT: Final = _Environment(undefined=StrictUndefined)
_HTML: Final = _Environment(undefined=StrictUndefined, autoescape=True)


def parse(source: str, *, html: bool = False) -> BoundTemplate:
    """The template. Raises TemplateError."""
    _scan(source)
    try:
        template = (_HTML if html else _TEXT).parse(source)
    except LiquidError as error:
        raise _told(error) from error
    for node in _nodes(template):
        _check(node)
    return template


@lru_cache(maxsize=512)
def stored(source: str, *, html: bool = False) -> BoundTemplate:
    """As `parse`, for what is stored and rendered again and again: kept by its own text, so that only who has the text
    gets at it. Drafts are not for here: whoever looks at many would drive out what others send by."""
    return parse(source, html=html)


def render(source: str | BoundTemplate, data: Mapping[str, Any], *, html: bool = False) -> str:
    """The text with the data in it, escaped where it is HTML: of what is stored, or of what was parsed as such. Raises
    TemplateError."""
    template = stored(source, html=html) if isinstance(source, str) else source
    try:
        return template.render(data)
    except LiquidError as error:
        raise _told(error) from error
    except Exception as error:  # whatever a template does, it fails by itself: not its message, nor the worker
        raise TemplateError("It can't be rendered.") from error


def variables(template: BoundTemplate) -> Iterator[tuple[int, str]]:
    """Each mention of a variable, with its line."""
    for node in _nodes(template):
        for expression in _expressions(node):
            if isinstance(expression, ex.Path):
                token = expression.token
                yield _line(token.source, token.start_index), ".".join(str(part) for part in expression.path)


def filters(template: BoundTemplate) -> Iterator[tuple[int, str]]:
    """Each use of a filter, with its line."""
    for node in _nodes(template):
        for expression in _expressions(node):
            for used in getattr(expression, "filters", None) or ():
                yield _line(used.token.source, used.token.start_index), used.name


def _scan(source: str) -> None:
    """Linear: what follows, the library's regular expressions, would take quadratic time on an unclosed tag."""
    at, tags = 0, 0
    while opening := _OPENING.search(source, at):
        line = _line(source, opening.start())
        closing = "}}" if opening[0] == "{{" else "%}"
        end = source.find(closing, opening.end(), opening.end() + MAX_TAG_LENGTH)
        if end < 0:
            raise TemplateError(f"This is not closed by {closing} within {MAX_TAG_LENGTH} characters.", line=line)
        inside = source[opening.end() : end]
        if _OPENING.search(inside):
            raise TemplateError(f"This is not closed by {closing} before the next one opens.", line=line)
        if opening[0] == "{%":
            name = _NAME.match(inside)
            if name is None or name[1] not in TAGS:
                what = f"There is no tag '{name[1]}'" if name else "This tag has no name"
                raise TemplateError(f"{what}. There are: {', '.join(TAGS)}.", line=line)
        tags += 1
        if tags > MAX_TAGS:
            raise TemplateError(f"These are more than {MAX_TAGS} tags and outputs.", line=line)
        at = end + len(closing)


def _nodes(template: BoundTemplate) -> Iterator[Node]:
    """All nodes, the outer ones first; of what is not known only the node itself."""
    waiting = list(reversed(template.nodes))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, _NODES):
            waiting += reversed(list(node.children(None)))  # type: ignore[arg-type]  # none of ours looks at it


def _expressions(node: Node) -> Iterator[Expression]:
    waiting = list(node.expressions())
    while waiting:
        expression = waiting.pop(0)
        yield expression
        waiting += expression.children()


def _check(node: Node) -> None:
    if type(node) not in _NODES:
        raise TemplateError(f"'{type(node).__name__}' is not allowed.")
    for expression in _expressions(node):
        if type(expression) not in _EXPRESSIONS:
            token = expression.token
            raise TemplateError(f"'{token.value}' is not allowed here.", line=_line(token.source, token.start_index))
        for used in getattr(expression, "filters", None) or ():
            # By its name an argument could take the place of the context that a filter gets of us.
            named = [argument.name for argument in used.args if isinstance(argument, ex.KeywordArgument)]
            if not set(named) <= NAMED_ARGUMENTS.get(used.name, frozenset()):
                raise TemplateError(
                    f"The filter '{used.name}' knows no argument of this name: {', '.join(named)}.",
                    line=_line(used.token.source, used.token.start_index),
                )
        if isinstance(expression, ex.Path) and not all(isinstance(name, str) for name in expression.path):
            token = expression.token
            raise TemplateError(
                "Write variables as words with dots, such as booking.date.", line=_line(token.source, token.start_index)
            )


def _told(error: LiquidError) -> TemplateError:
    token = error.token
    line = _line(token.source, token.start_index) if token is not None and token.start_index >= 0 else 0
    text = str(error.message or "It can't be understood").rstrip(".")
    return TemplateError(f"{text[:1].upper()}{text[1:200]}.", line=line)


def _line(source: str, index: int) -> int:
    return source.count("\n", 0, index) + 1
