"""What is wrong with a chain of identity and custody, and whether it has been set right.

A deviation is found at one event from that event and those told before it, so that a longer chain never changes it;
what is told later, a disposition, a fresh check of the label, another product or what was missing, can only close it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Protocol

from schemas.custody import (
    CustodyEvent,
    CustodyStep,
    Deviation,
    DeviationKind,
    DeviationWord,
    Disposition,
    Material,
    StorageConditions,
    TemperatureRecord,
)

_PLACE = {
    DeviationKind.IDENTITY_MISMATCH: 1,
    DeviationKind.CUSTODY_GAP: 2,
    DeviationKind.TEMPERATURE_EXCURSION: 3,
    DeviationKind.NO_TEMPERATURE: 4,
}
"""Which one of an event's deviations: fixed, so that no number shifts when conditions become known."""
_BEGINS = {Material.STARTING_MATERIAL: CustodyStep.COLLECTED, Material.PRODUCT: CustodyStep.MANUFACTURED}
_KEPT = (CustodyStep.HANDED_OVER, CustodyStep.STORED, CustodyStep.THAWED)
"""Steps before which the cells travelled or lay somewhere: the temperature has to be on record."""
_WORKED_ON = (CustodyStep.MANUFACTURED, CustodyStep.THAWED)
"""Steps that warm the cells by design: a record that lasts until then is not judged by it, an earlier one is."""
_CLOSES = {
    Disposition.USABLE: (DeviationKind.CUSTODY_GAP, DeviationKind.TEMPERATURE_EXCURSION, DeviationKind.NO_TEMPERATURE),
    Disposition.CORRECTED: (DeviationKind.CUSTODY_GAP, DeviationKind.IDENTITY_MISMATCH),
    Disposition.DISCARDED: tuple(DeviationKind),
}
"""Another patient's label is never found usable, and no correction makes cells cold that were warm."""


_OF_ORDER = frozenset({DeviationKind.CUSTODY_GAP, DeviationKind.NO_TEMPERATURE})
"""May only seem wrong because partners told of things in another order than that in which they happened."""


class Chain(Protocol):
    """What is known of the cells of one apheresis; `CarTInfusionFacts` is one."""

    @property
    def coi(self) -> str:
        """The chain-of-identity identifier that was assigned."""

    @property
    def din(self) -> str:
        """The donation identification number of the apheresis."""

    @property
    def custody(self) -> tuple[CustodyEvent, ...]:
        """Every event of both materials since then."""

    @property
    def first_seq(self) -> int:
        """Number of the first of them."""

    @property
    def product_from(self) -> int:
        """Number of the first event that can be of the product that counts: one made before failed."""

    @property
    def conditions(self) -> tuple[StorageConditions, ...]:
        """As the manufacturer states them."""

    @property
    def words(self) -> tuple[DeviationWord, ...]:
        """What was decided about deviations."""


@dataclass
class _State:
    """Where both materials are, as far as the events before tell."""

    holder: dict[Material, str] = field(default_factory=dict)
    last_at: dict[Material, datetime] = field(default_factory=dict)
    last_step: dict[Material, CustodyStep] = field(default_factory=dict)
    used_at: datetime | None = None
    """When a product was last made: how the fresh cells lay until then was told with it."""

    def follow(self, event: CustodyEvent) -> None:
        """Go by what was reported, right or wrong; time never runs back."""
        self.holder[event.material] = event.holder
        self.last_at[event.material] = max(event.at, self.last_at.get(event.material, event.at))
        self.last_step[event.material] = event.step
        if event.step is CustodyStep.MANUFACTURED:
            self.used_at = max(event.at, self.used_at or event.at)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One event, and what is wrong at it."""

    seq: int
    event: CustodyEvent
    kinds: tuple[DeviationKind, ...]

    @property
    def proves(self) -> bool:
        """Both identifiers match, read by who has the cells."""
        return not {DeviationKind.IDENTITY_MISMATCH, DeviationKind.CUSTODY_GAP} & set(self.kinds)

    def proved_by(self, later: "_Seen") -> bool:
        """Whether a later event shows the same material to be this patient's, and where."""
        return later.seq > self.seq and later.event.material is self.event.material and later.proves


def deviations(chain: Chain) -> tuple[Deviation, ...]:
    """Everything wrong with the chain, in order, disposed of or not."""
    seen, told_late = tuple(_look(chain)), _unbroken(chain)
    return tuple(
        Deviation(
            number=_number(each, kind),
            seq=each.seq,
            kind=kind,
            material=each.event.material,
            open=not (kind in _OF_ORDER and each.seq in told_late) and not _closed(chain.words, each, kind, seen),
        )
        for each in seen
        for kind in each.kinds
    )


def discarded(chain: Chain) -> tuple[Deviation, ...]:
    """Those for which the cells were given up, unless another product has been made since."""
    numbers = {word.number for word in chain.words if word.disposition is Disposition.DISCARDED}
    seen = tuple(_look(chain))
    replaced = {each.seq for each in seen if _replaced(each, seen)}
    return tuple(each for each in deviations(chain) if each.number in numbers and each.seq not in replaced)


def holder_of(chain: Chain, material: Material) -> str | None:
    """Who has the material, by what happened last; None where there is none of it."""
    counting = [event for event in chain.custody[_first(chain, material) :] if event.material is material]
    happened = sorted(counting, key=lambda event: event.at)
    return happened[-1].holder if happened else None


def _first(chain: Chain, material: Material) -> int:
    """Where in the chain the material that counts begins: a product made in place of another with its making."""
    start = chain.product_from - chain.first_seq
    if material is not Material.PRODUCT or start <= 0:
        return 0
    made = (at for at, event in enumerate(chain.custody) if event.step is CustodyStep.MANUFACTURED and at >= start)
    return next(made, len(chain.custody))


def without_limits(chain: Chain) -> tuple[Material, ...]:
    """Materials of the chain for which nobody has stated a temperature."""
    known = {each.material for each in chain.conditions if each.lowest is not None or each.highest is not None}
    return tuple(dict.fromkeys(event.material for event in chain.custody if event.material not in known))


def _number(seen: _Seen, kind: DeviationKind) -> int:
    return 10 * seen.seq + _PLACE[kind]


def _closed(words: Sequence[DeviationWord], seen: _Seen, kind: DeviationKind, chain: Sequence[_Seen]) -> bool:
    """By a word that can close it; a correction counts once a later event bears it out."""
    fresh = any(seen.proved_by(later) for later in chain)
    said = {word.disposition for word in words if word.number == _number(seen, kind)}
    closing = {each for each in said if kind in _CLOSES[each] and (fresh or each is not Disposition.CORRECTED)}
    return bool(closing) or _replaced(seen, chain)


def _replaced(seen: _Seen, chain: Sequence[_Seen]) -> bool:
    """Another product was made since, so that this bag is not the one to be infused."""
    return seen.event.material is Material.PRODUCT and any(
        later.event.step is CustodyStep.MANUFACTURED and seen.proved_by(later) for later in chain
    )


def _unbroken(chain: Chain) -> frozenset[int]:
    """Numbers of the events up to which nothing is missing or mislabelled in the order in which things happened."""
    happened = sorted(enumerate(chain.custody, chain.first_seq), key=lambda each: each[1].at)
    broken = _OF_ORDER | {DeviationKind.IDENTITY_MISMATCH}
    sound = takewhile(lambda each: not broken & set(each.kinds), _look_in(chain, happened))
    return frozenset(each.seq for each in sound)


def _look(chain: Chain) -> Iterator[_Seen]:
    return _look_in(chain, enumerate(chain.custody, chain.first_seq))


def _look_in(chain: Chain, events: Iterable[tuple[int, CustodyEvent]]) -> Iterator[_Seen]:
    state = _State()
    for seq, event in events:
        found = {
            DeviationKind.IDENTITY_MISMATCH: (event.identity.coi, event.identity.din) != (chain.coi, chain.din),
            DeviationKind.CUSTODY_GAP: _gap(event, state),
            DeviationKind.TEMPERATURE_EXCURSION: _excursion(event, chain.conditions),
            DeviationKind.NO_TEMPERATURE: _unrecorded(event, state),
        }
        yield _Seen(seq, event, tuple(kind for kind in DeviationKind if found[kind]))
        state.follow(event)


def _gap(event: CustodyEvent, state: _State) -> bool:
    """Somebody else had the cells, nobody had them, or it happened before what was told before."""
    before = state.holder.get(event.material)
    if event.at < state.last_at.get(event.material, event.at):
        return True
    if event.step in _BEGINS.values():
        return event.step is not _BEGINS[event.material] or _out_of_nothing(event, state)
    return before != (event.sender or event.holder)


def _out_of_nothing(event: CustodyEvent, state: _State) -> bool:
    """Collected while another has these cells, or made by somebody who did not have them."""
    source = state.holder.get(Material.STARTING_MATERIAL)
    if event.step is CustodyStep.COLLECTED:
        return source not in {None, event.holder}
    return source != event.holder or event.at < state.last_at[Material.STARTING_MATERIAL]


def _excursion(event: CustodyEvent, conditions: Sequence[StorageConditions]) -> bool:
    """A record of the way outside what the manufacturer allows for this material."""
    lay = Material.STARTING_MATERIAL if event.step is CustodyStep.MANUFACTURED else event.material
    limits = [each for each in conditions if each.material is lay]
    warmed = event.step in _WORKED_ON
    judged = [record for record in event.temperatures if not (warmed and record.ended_at >= event.at)]
    return any(_outside(record, limit) for record in judged for limit in limits)


def _outside(record: TemperatureRecord, limit: StorageConditions) -> bool:
    too_cold = limit.lowest is not None and record.lowest < limit.lowest
    return too_cold or (limit.highest is not None and record.highest > limit.highest)


def _unrecorded(event: CustodyEvent, state: _State) -> bool:
    """No temperatures for the stretch in which the cells were carried, or lay until they were stored, thawed or used.

    How long fresh cells lay before the product was made of them only the manufacturer knows: their record has to begin
    where the one before ended.
    """
    if event.step is CustodyStep.MANUFACTURED:
        source = Material.STARTING_MATERIAL
        if source not in state.last_at or state.last_step[source] is CustodyStep.STORED:
            return False
        since = max(state.last_at[source], state.used_at or state.last_at[source])
        return all(record.started_at > since for record in event.temperatures)
    return event.step in _KEPT and not _covered(event, state)


def _covered(event: CustodyEvent, state: _State) -> bool:
    """Whether the records follow each other without a hole from the event before to this one."""
    reached = state.last_at.get(event.material, event.at)
    for record in sorted(event.temperatures, key=lambda each: each.started_at):
        if record.started_at <= reached:
            reached = max(reached, record.ended_at)
    return reached >= event.at
