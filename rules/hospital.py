"""Which hospitals count: what each product's wording asks of one."""

from rules.result import say
from schemas.clinical import HospitalFacts, HospitalKind
from schemas.text import Bilingual


def public_shortfalls(hospital: HospitalFacts, min_grade: int) -> tuple[Bilingual, ...]:
    """What it lacks of a public hospital of the least grade in mainland China."""
    lacking = []
    if hospital.grade < min_grade:
        lacking.append(say(f"医院等级不足 {min_grade} 级", f"graded below {min_grade}"))
    if not hospital.public:
        lacking.append(say("非公立医院", "not public"))
    if not hospital.mainland:
        lacking.append(say("不在中国大陆", "not in mainland China"))
    return tuple(lacking)


def treatment_shortfalls(hospital: HospitalFacts, min_grade: int) -> tuple[Bilingual, ...]:
    """What it lacks where the insurer may recognise others: those need no grade, yet treatment abroad never counts."""
    lacking = public_shortfalls(hospital, min_grade)
    if not hospital.recognised_by_insurer:
        return lacking
    return () if hospital.mainland else (say("不在中国大陆", "not in mainland China"),)


def treating_shortfalls(hospital: HospitalFacts, min_grade: int) -> tuple[Bilingual, ...]:
    """The same, and what makes it an institution that does not primarily treat the sick."""
    lacking = public_shortfalls(hospital, min_grade)
    if hospital.kind is HospitalKind.GENERAL:
        return lacking
    return (*lacking, say("属于条款排除的机构类型", "a kind of institution that is excluded"))


def ordinary_shortfalls(hospital: HospitalFacts) -> tuple[Bilingual, ...]:
    """What it lacks of an ordinary department with doctors and nurses day and night."""
    lacking = []
    if not hospital.ordinary_department:
        lacking.append(say("非普通部", "not an ordinary department"))
    if not hospital.staffed_day_and_night:
        lacking.append(say("无二十四小时驻院医护", "no doctors and nurses day and night"))
    return tuple(lacking)


def listed(shortfalls: tuple[Bilingual, ...]) -> Bilingual:
    """Several shortfalls as one phrase."""
    return say("、".join(each.zh for each in shortfalls), "; ".join(each.en for each in shortfalls))
