"""What is wrong with a field, in words for the sender: from pydantic's findings, never with the value itself."""

import re
from collections.abc import Mapping
from typing import Any

from intake.refusals import FieldProblem, problem
from intake.strict_json import printable
from schemas.text import Bilingual

_OWN_CHECK = re.compile(r"^(?P<field>[a-z_.]+): (?P<reason>.+)$")
_OWN_CHECKS = {
    "number": "不是有效的居民身份证号码（18 位，出生日期有效，校验码相符）",
    "birth_date": "与证件号码中的出生日期不一致",
    "sex": "与证件号码中的性别不一致",
}
"""Chinese for the checks that shapes make themselves, by the field they name."""

WORDS = {
    "missing": ("缺少必填项", "is required"),
    "extra_forbidden": ("不是已知字段", "is not a known field"),
    "string_type": ("须为字符串", "must be a string"),
    "int_type": ("须为整数", "must be an integer"),
    "int_parsing": ("须为整数", "must be a whole number"),
    "int_parsing_size": ("整数过大", "is too large an integer"),
    "bool_type": ("须为 true 或 false", "must be true or false"),
    "date_type": ("须为 YYYY-MM-DD 格式的日期字符串", "must be a date as a string, YYYY-MM-DD"),
    "date_parsing": ("不是有效的日期（YYYY-MM-DD）", "is no valid date (YYYY-MM-DD)"),
    "decimal_type": ("须为数字或数字字符串", "must be a number or a string of digits"),
    "decimal_parsing": ("须为数字或数字字符串", "must be a number or a string of digits"),
    "decimal_max_places": ("小数最多 {decimal_places} 位", "must have at most {decimal_places} decimal places"),
    "decimal_max_digits": ("最多 {max_digits} 位数字", "must have at most {max_digits} digits"),
    "decimal_whole_digits": (
        "整数部分最多 {whole_digits} 位",
        "must have at most {whole_digits} digits before the point",
    ),
    "finite_number": ("须为有限的数", "must be a finite number"),
    "greater_than": ("须大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": ("不得小于 {ge}", "must not be below {ge}"),
    "less_than": ("须小于 {lt}", "must be less than {lt}"),
    "less_than_equal": ("不得大于 {le}", "must not exceed {le}"),
    "string_too_short": ("至少 {min_length} 个字符", "must have at least {min_length} characters"),
    "string_too_long": ("至多 {max_length} 个字符", "must have at most {max_length} characters"),
    "too_long": ("至多 {max_length} 项", "must have at most {max_length} items"),
    "string_pattern_mismatch": ("格式不符（{pattern}）", "does not have the expected form ({pattern})"),
    "enum": ("须为下列之一：{expected}", "must be one of {expected}"),
    "literal_error": ("须为下列之一：{expected}", "must be one of {expected}"),
    "tuple_type": ("须为数组", "must be an array"),
    "dict_type": ("须为对象", "must be an object"),
    "model_type": ("须为对象", "must be an object"),
    "model_attributes_type": ("须为对象", "must be an object"),
}
"""By pydantic's error type; placeholders are filled from the shape's own limits, never from the input."""


def field_problem(error: Mapping[str, Any], prefix: str = "data") -> FieldProblem:
    """One finding of pydantic as a field and a reason; `prefix` is where the validated object stands."""
    path = [prefix, *(printable(str(part)) for part in error["loc"])]
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return _own_check(path, str(context.get("error", "")))
    zh, en = WORDS.get(error["type"], ("不符合要求", "is not acceptable"))
    return problem(".".join(path), zh.format_map(context), en.format_map(context))


def _own_check(path: list[str], message: str) -> FieldProblem:
    found = _OWN_CHECK.match(message)
    if not found:
        return problem(".".join(path), "不符合要求", message)
    zh = _OWN_CHECKS.get(found["field"], "不符合要求")
    return FieldProblem(field=".".join([*path, found["field"]]), reason=Bilingual(zh=zh, en=found["reason"]))
