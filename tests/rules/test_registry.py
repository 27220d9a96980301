"""Rules and the gates that bind them."""

import re

import pytest

from rules.context import Context
from rules.errors import DuplicateRuleError, NoSuchRuleError
from rules.registry import _takes, all_rules, find_rule, rule
from rules.result import Result, met, say
from schemas.decision import CounterFacts, ReviewFacts
from tests.rules.car_t_cases import every_car_t_question
from tests.rules.cases import counter, every_question, products, review


def bound() -> set[str]:
    loaded = products()
    return {gate.rule for each in loaded.ids for gates in loaded.get(each).gates.values() for gate in gates}


def test_every_gate_names_a_rule_and_every_rule_is_bound() -> None:
    """No gate without a function, no function that nobody uses."""
    assert bound() == {each.name for each in all_rules()}


def test_every_rule_takes_the_facts_of_its_gates() -> None:
    """A rule bound to a gate whose facts it cannot judge would fail in the middle of a claim."""
    facts = {str(each.question): each for each in (*every_question(), *every_car_t_question())}
    for product_id in products().ids:
        for question, gates in products().get(product_id).gates.items():
            for gate in gates:
                assert find_rule(gate.rule, facts[question]).name == gate.rule


def named_in(docstring: str) -> set[str]:
    """Rule ids of a docstring, where `product/A-1 B-2` names two of one product."""
    groups = re.findall(r"([a-z][a-z0-9-]+)/((?:[A-Z]+-\d+\s*)+)", docstring)
    return {f"{product}/{local}" for product, locals_ in groups for local in locals_.split()}


def test_every_rule_names_the_clauses_it_implements() -> None:
    """The docstring lists each rule id that a product cites for it, so a reader finds the clause."""
    documented = {each.name: named_in(each.evaluate.__doc__ or "") for each in all_rules()}
    loaded = products()
    missing = {
        (gate.rule, cited)
        for product_id in loaded.ids
        for gates in loaded.get(product_id).gates.values()
        for gate in gates
        for cited in gate.cites
        if cited not in documented[gate.rule]
    }
    assert not missing


def test_an_unknown_rule() -> None:
    """The message says where to correct it."""
    with pytest.raises(NoSuchRuleError, match=r"'no_such' does not exist: correct the gate in product\.toml"):
        find_rule("no_such", counter())


def test_a_rule_at_the_wrong_gate() -> None:
    """The message says which facts it judges."""
    with pytest.raises(NoSuchRuleError, match="judges CounterFacts, not ReviewFacts"):
        find_rule("voucher_presented", review())


def test_a_name_is_registered_once() -> None:
    """Two functions under one name would hide each other."""

    def voucher_presented(facts: CounterFacts, context: Context) -> Result:
        del facts, context
        return met(say("好", "good"))

    with pytest.raises(DuplicateRuleError, match="voucher_presented"):
        rule(topic="test")(voucher_presented)


def judges_one(facts: CounterFacts, context: Context) -> Result:
    """Registered nowhere."""
    raise NotImplementedError


def judges_two(facts: CounterFacts | ReviewFacts, context: Context) -> Result:
    """Registered nowhere."""
    raise NotImplementedError


def test_a_rule_takes_the_types_of_its_facts() -> None:
    """One or several: the annotation says it."""
    assert _takes(judges_one) == (CounterFacts,)
    assert _takes(judges_two) == (CounterFacts, ReviewFacts)
