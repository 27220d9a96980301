"""Decisions as histories hold them, held against what other rules or products make of the same facts."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import NamedTuple

from pydantic import AwareDatetime
from temporalio.converter import PayloadCodec

from audit.histories import Recorded
from audit.markers import markers
from schemas.civil import CHINA
from schemas.decision import Decision, DecisionRequest, Finding, Verdict, Versions
from schemas.names import ProductId, RuleId
from schemas.shape import Shape

_DECIDES = "decisions.decide"
_TOLD_WITH_IT = ("verdict", "way", "final", "amounts", "papers_due", "not_owed", "window", "unusable", "open_site")
"""What a decision says besides its findings."""


class Taken(NamedTuple):
    """A decision of the rules, and the event that records it."""

    event_id: int
    at: AwareDatetime
    decision: Decision

    @property
    def request(self) -> DecisionRequest:
        """What the rules were asked."""
        return DecisionRequest(product=self.decision.product, facts=self.decision.facts, at=self.decision.at)


class Change(Shape):
    """One difference: in the verdict, in what is told with it, or in what one rule found."""

    what: str
    """`verdict`, a field of the decision, or the name of a rule's function."""
    rules: tuple[RuleId, ...] = ()
    before: str
    after: str


class Retaken(Shape):
    """A recorded decision taken once more."""

    journey_id: str
    run_id: str
    event_id: int
    at: AwareDatetime
    product: ProductId
    question: str
    before: Verdict
    after: Verdict | None = None
    """None where it cannot be decided now."""
    undecidable: str = ""
    versions_before: Versions
    versions_after: Versions | None = None
    changes: tuple[Change, ...] = ()

    @property
    def same(self) -> bool:
        """Whether everything but the versions is as it was."""
        return not self.changes and not self.undecidable


async def decisions_in(recorded: Recorded, codec: PayloadCodec | None) -> AsyncIterator[Taken]:
    """Every decision that the rules took in a run; those of people are not among them.

    Raises PrivacyError where they cannot be read: the person was erased, or a key is missing.
    """
    for marker in markers(recorded.history.events):
        if marker.kind != _DECIDES or marker.answer is None:
            continue
        (payload,) = await codec.decode([marker.answer]) if codec else [marker.answer]
        decision = Decision.model_validate_json(payload.data)
        yield Taken(marker.event.event_id, marker.event.event_time.ToDatetime(CHINA), decision)


def retaken(recorded: Recorded, taken: Taken, after: Decision | str) -> Retaken:
    """What came of taking a decision once more: `after`, or why it cannot be decided."""
    before = taken.decision
    again = after if isinstance(after, Decision) else None
    return Retaken(
        journey_id=recorded.workflow_id,
        run_id=recorded.run_id or recorded.name,
        event_id=taken.event_id,
        at=taken.at,
        product=before.product,
        question=before.question,
        before=before.verdict,
        after=again.verdict if again else None,
        undecidable="" if isinstance(after, Decision) else after,
        versions_before=before.versions,
        versions_after=again.versions if again else None,
        changes=tuple(changes(before, again)) if again else (),
    )


def changes(before: Decision, after: Decision) -> Iterator[Change]:
    """The differences, the verdict first, then rule by rule in the order of before."""
    earlier, later = _plain(before), _plain(after)
    for name in _TOLD_WITH_IT:
        if earlier[name] != later[name]:
            yield Change(what=name, before=_text(earlier[name]), after=_text(later[name]))
    found, now = _by_name(before), _by_name(after)
    for name in [*found, *(name for name in now if name not in found)]:
        one, other = found.get(name), now.get(name)
        if _said(one) != _said(other):
            rules = tuple(dict.fromkeys(each.rule for side in (one, other) if side for each in side.citations))
            yield Change(what=name, rules=rules, before=_beside(one, other), after=_beside(other, one))


def _plain(decision: Decision) -> Mapping[str, object]:
    plain: dict[str, object] = decision.model_dump(mode="json")
    return plain


def _by_name(decision: Decision) -> dict[str, Finding]:
    return {finding.name: finding for finding in decision.findings}


def _said(finding: Finding | None) -> dict[str, str]:
    """What a rule found, on which facts and under which clauses; its sentence follows from them."""
    if finding is None:
        return {}
    clauses = " ".join(each.rule for each in finding.citations)
    papers = ", ".join(f"{each.kind} {each.form}" for each in finding.papers)
    return {"outcome": finding.outcome, "clauses": clauses, "papers": papers} | finding.facts


def _beside(finding: Finding | None, other: Finding | None) -> str:
    """What a rule found, as far as it differs from the other side."""
    if finding is None:
        return "the rule is not asked"
    said, beside = _said(finding), _said(other)
    told = (f"{name} {value}" for name, value in said.items() if name != "outcome" and value != beside.get(name))
    return "; ".join((finding.outcome, *told))


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
