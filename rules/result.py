"""What one rule answers, before the engine adds the clauses it stands for."""

from dataclasses import dataclass, field, replace
from enum import Enum

from schemas.decision import Outcome
from schemas.names import RuleId
from schemas.papers import PaperForm, PaperKind
from schemas.text import Bilingual


@dataclass(frozen=True, slots=True)
class PaperWanted:
    """One paper that is missing; `rule` None where the gate's own first citation asks for it."""

    kind: PaperKind
    form: PaperForm = PaperForm.COPY
    rule: RuleId | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Outcome of one rule, why, and the facts it used in words."""

    outcome: Outcome
    why: Bilingual
    facts: dict[str, str] = field(default_factory=dict)
    papers: tuple[PaperWanted, ...] = ()
    next_step: Bilingual | None = None
    silent: frozenset[str] = frozenset()
    """Clauses of the gate, by their number within the product, that say nothing of this case: they are not cited."""


def say(zh: str, en: str) -> Bilingual:
    """One sentence in both languages."""
    return Bilingual(zh=zh, en=en)


def in_words(value: object) -> str:
    """A fact as an agent reads it: ISO dates, `true`/`false`, and `unknown` where nobody knows."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return ", ".join(in_words(part) for part in value)
    return str(value)


def _result(outcome: Outcome, why: Bilingual, next_step: Bilingual | None, facts: dict[str, object]) -> Result:
    return Result(outcome, why, {name: in_words(value) for name, value in facts.items()}, next_step=next_step)


def met(why: Bilingual, next_step: Bilingual | None = None, /, **facts: object) -> Result:
    """The rule holds."""
    return _result(Outcome.MET, why, next_step, facts)


def not_met(why: Bilingual, next_step: Bilingual | None = None, /, **facts: object) -> Result:
    """The rule is broken: the gate refuses."""
    return _result(Outcome.NOT_MET, why, next_step, facts)


def referred(why: Bilingual, next_step: Bilingual | None = None, /, **facts: object) -> Result:
    """Document or facts leave it open: a person decides."""
    return _result(Outcome.REFERRED, why, next_step, facts)


def not_applicable(why: Bilingual, /, **facts: object) -> Result:
    """The rule does not concern this case."""
    return _result(Outcome.NOT_APPLICABLE, why, None, facts)


def leaving_out(result: Result, *clauses: str) -> Result:
    """The same, where these clauses say nothing of the case."""
    return replace(result, silent=result.silent.union(clauses))


def papers_due(why: Bilingual, papers: tuple[PaperWanted, ...], /, **facts: object) -> Result:
    """Papers are missing; the gate is asked again when they have come."""
    words = {name: in_words(value) for name, value in facts.items()}
    return Result(Outcome.PAPERS_DUE, why, words, papers)
