"""How findings speak of drugs and of the list's rows."""

from datetime import date

from products.model import Drug
from rules.result import say
from schemas.clinical import DrugName
from schemas.text import Bilingual


def row_in_words(row: Drug) -> str:
    """Number, brand and generic name of a row."""
    return f"{row.no} {row.brand} {row.generic}"


def printed_name(named: DrugName) -> str:
    """The name as the prescription or claim prints it, with the maker."""
    return f"{named.name}（{named.manufacturer}）" if named.manufacturer else named.name


def not_listed(named: DrugName, of_other_days: tuple[Drug, ...], day: date) -> Bilingual:
    """Never on the list, or not on that day: each row that had ended or not begun is named."""
    printed, spans = printed_name(named), [_span(row, day) for row in of_other_days]
    if not spans:
        return say(f"{printed} 不在本产品药品清单内。", f"{printed} is not on this product's drug list.")
    return say(
        f"{printed} 不在 {day} 的药品清单内：{'；'.join(span.zh for span in spans)}。",
        f"{printed} is not on the drug list of {day}: {'; '.join(span.en for span in spans)}.",
    )


def _span(row: Drug, day: date) -> Bilingual:
    """Why a row is not on the list of the day: it had ended, or not begun."""
    said = row_in_words(row)
    if row.listed_until is not None and row.listed_until < day:
        return say(f"{said} 列至 {row.listed_until}", f"{said} was on it until {row.listed_until}")
    return say(f"{said} 自 {row.listed_from} 起列入", f"{said} comes on it on {row.listed_from}")
