"""`journeys decide`: one question to a product's rules, answered with every finding and its clauses."""

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
from cyclopts import Parameter
from rich.console import Console

from intake.refusals import FieldProblem
from products.errors import ProductError
from products.loader import Products, load_products
from schemas.civil import CHINA
from schemas.decision import Decision
from workers.cli.decision_files import Answer, answer_to_option, answers
from workers.cli.decision_requests import WrongRequestError
from workers.cli.decision_samples import sample
from workers.cli.event_files import check, messages_in
from workers.cli.failures import BadInputError
from workers.cli.questions import FACTS, known_product, known_question, schema_of
from workers.cli.render_decision import decision_panels
from workers.cli.words import Language, Words

_Flag = Annotated[bool, Parameter(negative="")]
_QUESTION = f"What to ask, with --facts, --example or --schema: {', '.join(FACTS)}."
_STANDARD_INPUT = Path("-")
_out = Console(highlight=False, markup=False)


def decide(
    files: Annotated[list[Path] | None, Parameter(allow_leading_hyphen=True)] = None,
    /,
    *,
    product: str | None = None,
    question: Annotated[str | None, Parameter(help=_QUESTION)] = None,
    facts: str | None = None,
    at: str | None = None,
    schema_: Annotated[_Flag, Parameter(name="--schema")] = False,
    example: _Flag = False,
    json: _Flag = False,
    lang: Language | None = None,
) -> None:
    """Take a decision by a product's rules and print it: verdict, findings with clauses, amounts, papers, next steps.

    Nothing is stored and no server is asked. The command ends with status 0 whatever the verdict.

    Parameters
    ----------
    files
        Requests, each an object of product, question and facts: one as JSON, an array of them, or JSONL; standard
        input where no file or - is given. If one of them is wrong, all that is wrong is told and nothing is decided.
    product
        Product to ask, with --facts or --example, e.g. pingan-longterm-b.
    question
        What to ask; `_QUESTION` lists what there is.
    facts
        The facts as one JSON object, instead of a file.
    at
        Moment of the decision, e.g. 2026-11-20T09:30, in China unless it has an offset; now unless told.
    schema_
        Print the JSON schema of a request, with --question of that one, and decide nothing.
    example
        Print a request to start from, for --product and --question, and decide nothing.
    json
        Print for programs: each decision on a line.
    lang
        Language of the headings; that of LANG unless told. The sentences are in both.

    """
    given = {"FILE": files, "--product": product, "--question": question, "--facts": facts, "--at": at}
    try:
        if schema_:
            _check("--schema", given | {"--example": example or None}, takes={"--question"})
            _print_json(schema_of([known_question("--question", question)] if question is not None else [*FACTS]))
        elif example:
            _check("--example", given, needs={"--product", "--question"})
            _print_json(sample(known_product("--product", product or ""), known_question("--question", question or "")))
        else:
            _print(_decisions(_answers(given, _moment(at))), None if json else Words(lang))
    except ProductError as error:
        raise BadInputError(str(error)) from error


def _check(
    what: str,
    given: Mapping[str, object],
    *,
    needs: Collection[str] = (),
    takes: Collection[str] = (),
) -> None:
    """Raise BadInputError where an option that `what` needs is missing, or one is given that it does not take."""
    for option, value in given.items():
        if value is None and option in needs:
            message = f"{option}: is needed with {what}"
            raise BadInputError(message)
        if value is not None and option not in {*needs, *takes}:
            message = f"{option}: has no meaning with {what}; leave it out"
            raise BadInputError(message)


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(CHINA)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        message = f"--at: {text!r} is no date and time; write e.g. 2026-11-20T09:30 or 2026-11-20T01:30Z"
        raise BadInputError(message) from None
    return at if at.tzinfo else at.replace(tzinfo=CHINA)


def _answers(given: Mapping[str, Any], at: datetime) -> Iterator[Answer]:
    products = load_products()
    request = {name: given[f"--{name}"] for name in ("product", "question", "facts")}
    if told := [f"--{name}" for name, value in request.items() if value is not None]:
        _check(told[0], given, needs={"--product", "--question", "--facts"}, takes={"--at"})
        return iter([answer_to_option(request, at, products)])
    return _answers_to_files(given["FILE"] or [_standard_input()], at, products)


def _answers_to_files(files: Sequence[Path], at: datetime, products: Products) -> Iterator[Answer]:
    for file in files:
        check(file)
    for file in files:
        empty = True
        for located in messages_in(file):
            for answer in answers(located, at, products):
                empty = False
                yield answer
        if empty:
            message = f"{file}: no request in it"
            raise BadInputError(message)


def _standard_input() -> Path:
    if sys.stdin.isatty():
        message = (
            "FILE: nothing to decide; give a file, - for standard input, or --facts; `journeys decide --example"
            " --product PRODUCT --question QUESTION` prints a request to start from"
        )
        raise BadInputError(message)
    return _STANDARD_INPUT


def _decisions(answers: Iterable[Answer]) -> list[tuple[str, Decision]]:
    """All decisions; BadInputError tells everything that is wrong, if anything is."""
    decisions, wrong = list[tuple[str, Decision]](), list[str]()
    for where, answer in answers:
        if isinstance(answer, WrongRequestError):
            wrong += [_line(where, each) for each in answer.problems]
        else:
            decisions.append((where, answer))
    if wrong:
        raise BadInputError("\n".join(wrong))
    return decisions


def _line(where: str, wrong: FieldProblem) -> str:
    return ": ".join(filter(None, (where, wrong.field, f"{wrong.reason.en} / {wrong.reason.zh}")))


def _print(decisions: Sequence[tuple[str, Decision]], words: Words | None) -> None:
    for where, decision in decisions:
        if words is None:
            sys.stdout.write(f"{decision.model_dump_json()}\n")
        else:
            _out.print(decision_panels(decision, words, where if len(decisions) > 1 else ""))


def _print_json(value: object) -> None:
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")
