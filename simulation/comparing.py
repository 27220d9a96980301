"""What a scenario expects beside what its trace shows."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from schemas.car_t_view import CarTView
from schemas.civil import china_date, due_moment
from schemas.decision import Decision, Outcome
from schemas.journey import DecisionRecord
from schemas.names import ProductId, RuleId
from schemas.people import ActorRole
from schemas.shape import Shape
from simulation.scenario import (
    Clause,
    Expected,
    ExpectedDeadline,
    ExpectedDecision,
    ExpectedMessage,
    ExpectedMoney,
    ExpectedTherapy,
    Scenario,
    Script,
    full,
)
from simulation.trace import ClaimTrace, SeenDeadline, Told, Undone


class Row(Shape):
    """One thing compared."""

    what: str
    expected: str
    actual: str
    same: bool


def compared(scenario: Scenario, traces: tuple[ClaimTrace, ...]) -> tuple[Row, ...]:
    """Every expectation of `scenario` beside what happened."""
    rows = [_clause(rule, traces) for rule in scenario.rules]
    for script, trace in zip(scenario.scripts(), traces, strict=True):
        rows += _rows(script, trace, scenario.product)
    return (*rows, *_undone(scenario, traces))


def _undone(scenario: Scenario, traces: tuple[ClaimTrace, ...]) -> Iterator[Row]:
    """Deeds that never happened; what is told above several claims has to happen in one of them."""
    for script, trace in zip(scenario.claims or (scenario,), traces, strict=True):
        of = f"{trace.name}: " if trace.name else ""
        yield from (_never(one, of) for one in trace.undone if one.wait is None or one.wait in script.answers)
    for wait in scenario.answers if scenario.claims else ():
        pairs = zip(scenario.claims, traces, strict=True)
        heirs = [trace for script, trace in pairs if wait not in script.answers]
        nowhere = [{one for one in trace.undone if one.wait is wait} for trace in heirs]
        yield from map(_never, sorted(set[Undone]().union(*nowhere).intersection(*nowhere), key=lambda one: one.place))


def _never(deed: Undone, of: str = "") -> Row:
    return Row(what=f"{of}deed", expected=f"{deed.place} ({deed.what})", actual="never happened", same=False)


def _clause(rule: RuleId, traces: tuple[ClaimTrace, ...]) -> Row:
    shown = any(rule in {*_cited(trace), *_due_by(trace)} for trace in traces)
    return Row(what="rules", expected=rule, actual=rule if shown else "in no decision or deadline", same=shown)


def _cited(trace: ClaimTrace) -> Iterator[RuleId]:
    for record in trace.decisions:
        yield from (citation.rule for finding in record.decision.findings for citation in finding.citations)
        yield from (paper.rule for paper in record.decision.papers_due)


def _due_by(trace: ClaimTrace) -> Iterator[RuleId]:
    yield from (seen.deadline.budget.rule for seen in trace.deadlines if seen.deadline.budget.rule)


def _rows(script: Script, trace: ClaimTrace, product: ProductId) -> Iterator[Row]:
    wanted = script.expect
    if wanted is None:
        return
    of = f"{script.name}: " if script.name else ""
    for row in (
        *_course(wanted, trace),
        *_decisions(wanted, trace, product),
        *_deadlines(wanted, trace, product),
        *_money(wanted.money, trace),
        *_therapy(wanted.therapy, trace),
        *_said(wanted, trace),
        *(Row(what="deed", expected="", actual=surprise, same=False) for surprise in trace.surprises),
    ):
        yield row.model_copy(update={"what": of + row.what})


def _same(what: str, expected: Any, actual: Any) -> Row:  # noqa: ANN401 - two texts, or what prints as such
    return Row(what=what, expected=str(expected), actual=str(actual), same=str(expected) == str(actual))


def _course(wanted: Expected, trace: ClaimTrace) -> Iterator[Row]:
    if wanted.stages is not None:
        yield _same("stages", " → ".join(wanted.stages), " → ".join(trace.stages))
    yield _same("ends", wanted.ends, trace.ends)
    if wanted.prescriptions is not None:
        yield _same("prescriptions", wanted.prescriptions, trace.prescriptions)


def _decisions(wanted: Expected, trace: ClaimTrace, product: ProductId) -> Iterator[Row]:
    if wanted.decisions is None:
        return
    for number, (expected, record) in enumerate(zip_longest(wanted.decisions, trace.decisions), 1):
        yield _decision(f"decision {number}", expected, record, product)


def _decision(what: str, expected: ExpectedDecision | None, record: DecisionRecord | None, product: ProductId) -> Row:
    if expected is None or record is None:
        shown = _in_short(record, None, product) if record else "no decision"
        return Row(what=what, expected=_wanted(expected, product) if expected else "", actual=shown, same=False)
    return _same(what, _wanted(expected, product), _in_short(record, expected, product))


def _wanted(expected: ExpectedDecision, product: ProductId) -> str:
    parts = [f"{expected.question}: {expected.verdict}"]
    if expected.not_met is not None:
        parts.append(f"not met: {_clauses(expected.not_met, product)}")
    if expected.cites:
        parts.append(f"cites: {_clauses(expected.cites, product)}")
    parts += [f"{name}: {value}" for name in ("way", "by", "day") if (value := getattr(expected, name)) is not None]
    if expected.papers is not None:
        parts.append(f"papers: {', '.join(sorted(expected.papers))}")
    parts += [f"{name}: {amount:.4f}".removesuffix("00") for name, amount in expected.amounts.items()]
    return "\n".join(parts)


def _in_short(record: DecisionRecord, like: ExpectedDecision | None, product: ProductId) -> str:
    """The decision, in those respects in which `like` tells something."""
    decision = record.decision
    parts = [f"{decision.question}: {decision.verdict}"]
    if like is None or like.not_met is not None:
        parts.append(f"not met: {_clauses(_not_met(decision, (like and like.not_met) or (), product), product)}")
    if like is None:
        return "\n".join(parts)
    cited = {citation.rule for finding in decision.findings for citation in finding.citations}
    if like.cites:
        parts.append(f"cites: {_clauses((one for one in like.cites if full(one, product) in cited), product)}")
    actual = {
        "way": decision.way,
        "by": record.decided_by.role if record.decided_by else None,
        "day": china_date(decision.at).isoformat(),
    }
    parts += [f"{name}: {value}" for name, value in actual.items() if getattr(like, name) is not None]
    if like.papers is not None:
        parts.append(f"papers: {', '.join(sorted(paper.kind for paper in decision.papers_due))}")
    parts += [f"{name}: {_amount(decision, name)}" for name in like.amounts]
    return "\n".join(parts)


def _not_met(decision: Decision, wanted: Iterable[Clause], product: ProductId) -> list[RuleId]:
    """Of each finding that is not met the clauses wanted, or all it cites where none of them is wanted."""
    asked = {full(clause, product) for clause in wanted}
    found = list[RuleId]()
    for finding in decision.findings:
        if finding.outcome is Outcome.NOT_MET:
            cited = [citation.rule for citation in finding.citations]
            found += [rule for rule in cited if rule in asked] or cited
    return found


def _amount(decision: Decision, name: str) -> str:
    amount = getattr(decision.amounts, name) if decision.amounts else None
    return "none" if amount is None else f"{amount:.4f}".removesuffix("00")


def _clauses(clauses: Iterable[Clause], product: ProductId) -> str:
    return ", ".join(sorted({full(clause, product).removeprefix(f"{product}/") for clause in clauses})) or "none"


def _deadlines(wanted: Expected, trace: ClaimTrace, product: ProductId) -> Iterator[Row]:
    if wanted.deadlines is None:
        return
    for number, (expected, seen) in enumerate(zip_longest(wanted.deadlines, trace.deadlines), 1):
        expects = _due(expected, product) if expected else ""
        shows = _seen(seen, expected, product) if seen else "no deadline"
        yield _same(f"deadline {number}", expects, shows)


def _due(expected: ExpectedDeadline, product: ProductId) -> str:
    parts = [f"{expected.wait}: {due_moment(expected.due)}"]
    parts += [] if expected.rule is None else [f"rule: {full(expected.rule, product)}"]
    parts += [] if expected.provisional is None else [f"provisional: {expected.provisional}"]
    parts += [] if expected.stops is None else [f"stops: {expected.stops}"]
    return "\n".join(parts)


def _seen(seen: SeenDeadline, like: ExpectedDeadline | None, product: ProductId) -> str:
    deadline = seen.deadline
    shown = ExpectedDeadline(
        wait=seen.wait,
        due=deadline.due_at,
        rule=deadline.budget.rule if like and like.rule else None,
        provisional=deadline.provisional if like and like.provisional is not None else None,
        stops=len(deadline.stops) if like and like.stops is not None else None,
    )
    return _due(shown, product)


def _money(wanted: ExpectedMoney, trace: ClaimTrace) -> Iterator[Row]:
    money = trace.money
    amounts = money.settled or money.estimate
    actual = {
        "committed": money.committed,
        "own_share": amounts.own_share if amounts else None,
        "insurer_pays": amounts.insurer_pays if amounts else None,
        "reserved": money.reserved,
        "paid": money.paid,
        "refund_due": money.refund_due,
        "own_share_paid": money.own_share_paid,
        "earlier_paid": money.earlier_paid,
        "limit_left": trace.limit_left,
    }
    for name, expected in wanted.model_dump(exclude_none=True).items():
        amount = actual[name]
        yield _same(name, f"{expected:.2f}", "none" if amount is None else f"{amount:.2f}")


def _therapy(wanted: ExpectedTherapy, trace: ClaimTrace) -> Iterator[Row]:
    view = trace.car_t or CarTView()
    therapy, window = view.therapy, view.therapy.window
    actual = {
        "opens_on": window.opens_on if window else "no window",
        "closes_on": window.closes_on if window else "no window",
        "closed_by": window.closed_by if window else "no window",
        "aphereses": therapy.aphereses,
        "infused_on": therapy.infused_on or "",
        "response": therapy.response or "none",
        "worst_grade": therapy.worst_grade,
        "custody": view.custody.seq if view.custody else 0,
        "deviations": tuple(str(deviation.kind) for deviation in view.deviations),
        "costs": view.costs,
        "covered": view.covered,
    }
    for name, expected in wanted.model_dump(exclude_none=True).items():
        yield _same(name, expected, actual[name])


def _said(wanted: Expected, trace: ClaimTrace) -> Iterator[Row]:
    for role in dict.fromkeys((*wanted.told, *wanted.not_told)):
        yield from _messages(role, wanted.told.get(role, ()), wanted.not_told.get(role, ()), trace)
    if wanted.escalations is None:
        return
    for number, (part, reason) in enumerate(zip_longest(wanted.escalations, trace.escalations), 1):
        shown = reason.en if reason else "no escalation"
        same = bool(part) and bool(reason) and part in shown
        yield Row(what=f"escalation {number}", expected=part or "", actual=shown, same=same)


def _messages(
    role: ActorRole, wanted: Iterable[str | ExpectedMessage], unwanted: Iterable[str], trace: ClaimTrace
) -> Iterator[Row]:
    """Each message wanted takes one that was sent, of its day or words where it names them; those choose first."""
    sent = [_sent(told) for told in trace.notices if told.notice.to is role]
    shown = ", ".join(_message(one.model_copy(update={"says": ""})) for one in sent) or "nothing"
    left = list(sent)
    for message in sorted(wanted, key=lambda one: isinstance(one, str)):
        found = next((one for one in left if _is_meant(message, one)), None)
        if found:
            left.remove(found)
        yield Row(what=f"told {role}", expected=_message(message), actual=shown, same=found is not None)
    for template in unwanted:
        same = all(one.template != template for one in sent)
        yield Row(what=f"not told {role}", expected=f"no {template}", actual=shown, same=same)


def _message(message: str | ExpectedMessage) -> str:
    if isinstance(message, str):
        return message
    on, says = (f" on {message.on}" if message.on else ""), (f": {message.says}" if message.says else "")
    return f"{message.template}{on}{says}"


def _sent(told: Told) -> ExpectedMessage:
    text, on = told.notice.text, china_date(told.at).isoformat()
    return ExpectedMessage(template=told.notice.template, on=on, says=f"{text.zh} {text.en}")


def _is_meant(wanted: str | ExpectedMessage, sent: ExpectedMessage) -> bool:
    if isinstance(wanted, str):
        return wanted == sent.template
    return wanted.template == sent.template and wanted.on in {None, sent.on} and wanted.says in sent.says
