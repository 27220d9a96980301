"""`journeys decide`: any question to any product's rules, without a server."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # the package ships no types
from rich.cells import cell_len

from products.errors import ProductError
from products.loader import load_products
from rules.errors import NoGateError
from schemas.civil import CHINA
from schemas.decision import Decision
from schemas.paper_names import NAMES
from schemas.papers import PaperKind
from workers.cli import decide as module
from workers.cli import decision_requests, decision_samples
from workers.cli.decide import decide
from workers.cli.failures import BadInputError, CommandError
from workers.cli.questions import FACTS, schema_of
from workers.cli.words import Language, Words

Request = dict[str, Any]
Change = Callable[[dict[str, Any]], object]
Asks = Callable[..., list[Decision]]

PRODUCTS = load_products().ids
ASKED = [(product, question) for product in PRODUCTS for question in load_products().get(product).gates]
"""Every product with the questions that it answers."""
NO_CAR_T = ("pingan-cancer-drug", "yuanxin-cancer-drug")
PINGAN, AXA, RIDER = "pingan-longterm-b", "axa-excellence", "chinalife-cancer-rider"
GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns that speaks English."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


@pytest.fixture
def example(capsys: pytest.CaptureFixture[str]) -> Callable[[str, str], Request]:
    """What `--example` prints."""

    def printed(product: str, question: str) -> Request:
        decide(product=product, question=question, example=True)
        request: Request = json.loads(capsys.readouterr().out)
        return request

    return printed


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Asks:
    """The decisions on the requests in a file."""

    def asked(*requests: object, name: str = "requests.jsonl", **options: Any) -> list[Decision]:
        path = tmp_path / name
        path.write_text("".join(f"{json.dumps(request)}\n" for request in requests), encoding="utf-8")
        decide([path], json=True, **options)
        return [Decision.model_validate_json(line) for line in capsys.readouterr().out.splitlines()]

    return asked


@pytest.mark.parametrize(("product", "question"), ASKED)
def test_the_example_of_every_question_is_approved(
    product: str, question: str, example: Callable[[str, str], Request], ask: Asks
) -> None:
    """It fits the schema that is printed, and what follows cites the product's document; no CAR-T is refused."""
    request = example(product, question)
    Draft202012Validator(schema_of([question])).validate(request)
    [decision] = ask(request)
    verdict = "refused" if question == "car_t_authorization" and product in NO_CAR_T else "approved"
    assert (decision.product, decision.question, decision.verdict) == (product, question, verdict)
    assert all(cited.rule.startswith(f"{product}/") for each in decision.findings for cited in each.citations)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("question", FACTS)
def test_the_report_is_whole_at_80_columns(
    question: str, language: Language, example: Callable[[str, str], Request], capsys: pytest.CaptureFixture[str]
) -> None:
    """Verdict, every finding with rule, document, section and both sentences, amounts and versions; nothing is cut."""
    asked: dict[str, Any] = {
        "product": PINGAN,
        "question": question,
        "facts": json.dumps(example(PINGAN, question)["facts"]),
    }
    decide(**asked, json=True)
    decision = Decision.model_validate_json(capsys.readouterr().out)
    decide(**asked, lang=language)
    shown = capsys.readouterr().out
    assert max(map(cell_len, shown.splitlines())) <= 80
    assert "…" not in shown
    for text in (Words(language)(decision.verdict), *decision.versions.model_dump().values()):
        assert text in shown
    words = "".join(shown.replace("│", "").split())
    for each in decision.findings:
        assert f"{Words(language)(each.outcome)}  {each.name}" in shown
        parts = (each.why.zh, each.why.en, *(f"[{cited.rule}]{cited.section}" for cited in each.citations))
        assert all("".join(part.split()) in words for part in (*parts, each.citations[0].document))
    if question == "settlement":
        assert "17,918.00" in shown


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_report_shows_the_period_and_the_deviations(
    language: Language, example: Callable[[str, str], Request], capsys: pytest.CaptureFixture[str]
) -> None:
    """The treatment period with its reckoning and clause; each deviation with its number and whether it is open."""
    facts = example(RIDER, "car_t_infusion")["facts"]
    facts["custody"][4]["temperatures"] = []
    facts["custody"][5]["sender"] = "courier-9"
    facts["words"] = [{"number": 54, "disposition": "usable", "report": "DEV-1"}]
    decide(product=RIDER, question="car_t_infusion", facts=json.dumps(facts), lang=language)
    shown = capsys.readouterr().out
    assert "day 1 = 2026-10-14; closes 2027-10-14 (apheresis + 365)" in shown
    panel = shown.split({"en": "deviations ─", "zh": "偏差 ─"}[language])[1]
    lines = {"en": ("disposed of", "custody gap, product: open"), "zh": ("已处置", "监管链中断, 产品: 未处置")}[
        language
    ]
    assert f"54  {Words(language)('no_temperature')}, {Words(language)('product')}: {lines[0]}" in panel
    assert f"62  {lines[1]}" in panel


@pytest.mark.parametrize("product", NO_CAR_T)
def test_there_is_no_example_of_what_is_not_asked(product: str) -> None:
    """A product without CAR-T is asked no more than whether it covers it."""
    with pytest.raises(CommandError, match="has no rules for question car_t_site"):
        decide(product=product, question="car_t_site", example=True)


def test_a_report_shows_what_stands_in_the_way(
    example: Callable[[str, str], Request], ask: Asks, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The findings that count stand beside the verdict, then papers with their Chinese names and next steps."""
    request = example(AXA, "authorization")
    request["facts"]["papers"] = []
    request["facts"]["coverage"]["policy"]["waiting_days"] = None
    [decision] = ask(request)
    decide([tmp_path / "requests.jsonl"])
    shown = capsys.readouterr().out
    header = shown.split("╰")[0]
    for expected in ("papers due", "referred  waiting_period_over", "papers due  application_papers_complete"):
        assert expected in header
    for due in decision.papers_due:
        assert f"{due.kind}" in shown
        assert NAMES[due.kind].zh in shown
    assert "→ 请联系保险公司核实。" in shown
    assert "• 请联系保险公司核实。" in shown


def test_a_way_on_is_shown(example: Callable[[str, str], Request], capsys: pytest.CaptureFixture[str]) -> None:
    """The question of charity aid answers with where the journey goes."""
    request = example(PINGAN, "charity_aid")
    decide(product=PINGAN, question="charity_aid", facts=json.dumps(request["facts"]))
    assert "apply for aid" in capsys.readouterr().out


def test_the_whole_schema_takes_every_example(
    example: Callable[[str, str], Request], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is a schema, has room for every question, and none for an unknown field however deep."""
    decide(schema_=True)
    schema = json.loads(capsys.readouterr().out)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for question in FACTS:
        validator.validate(example(AXA, question))
    request = example(AXA, "authorization")
    request["facts"]["coverage"]["policy"]["social_insurance"]["enroled"] = True
    assert not validator.is_valid(request)


def test_the_schema_of_one_question(capsys: pytest.CaptureFixture[str]) -> None:
    """Only its own facts are in it."""
    decide(schema_=True, question="settlement")
    schema = json.loads(capsys.readouterr().out)
    assert schema["properties"]["question"] == {"const": "settlement"}
    assert list(schema["$defs"]) == ["SettlementFacts"]


def _facts(change: Change) -> Change:
    return lambda request: change(request["facts"])


def _policy(change: Change) -> Change:
    return lambda request: change(request["facts"]["coverage"]["policy"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda request: request.pop("product"), "product: is required / 缺少必填项"),
        (lambda request: request.pop("facts"), "facts: is required"),
        (lambda request: request.update(product="nobody"), "product: unknown product; there are axa-excellence, "),
        (lambda request: request.update(question="settle"), "question: unknown question; there are authorization, "),
        (lambda request: request.update(question=7), "question: must be a string"),
        (lambda request: request.update(at="now"), "at: is not a known field"),
        (lambda request: request.update(facts=[]), "facts: must be an object"),
        (_facts(lambda facts: facts.pop("applied_on")), "facts.applied_on: is required"),
        (_facts(lambda facts: facts.update(applied="today")), "facts.applied: is not a known field"),
        (_facts(lambda facts: facts.update(question="counter")), "facts.question: must be one of 'authorization'"),
        (_facts(lambda facts: facts.update(applied_on="2026-02-30")), "facts.applied_on: is no valid date"),
        (_facts(lambda facts: facts.update(applied_on="0")), "facts.applied_on: is no valid date"),
        (_facts(lambda facts: facts["papers"][1].update(received_on="86400")), "facts.papers.1.received_on: is no"),
        (_facts(lambda facts: facts["papers"][1].update(kind="letter")), "facts.papers.1.kind: must be one of"),
        (_facts(lambda facts: facts["diagnosis"].update(first_ever="true")), "facts.diagnosis.first_ever: must be"),
        (_policy(lambda policy: policy.update(wating_days=30)), "facts.coverage.policy.wating_days: is not a known"),
        (_policy(lambda policy: policy.update(renewed_to="0")), "facts.coverage.policy.renewed_to: is no valid date"),
        (_policy(lambda policy: policy.update(sum_insured="-1")), "facts.coverage.policy.sum_insured: must not be"),
        (_policy(lambda policy: policy.update(sum_insured="1" * 15)), "facts.coverage.policy.sum_insured: must have"),
        (_policy(lambda policy: policy.update(sum_insured="0.001")), "facts.coverage.policy.sum_insured: must have"),
        (_policy(lambda policy: policy.update(product=AXA)), "facts.coverage.policy.product: differs from product"),
        (_policy(lambda policy: policy.update(effective_on="2001-01-01")), "facts.coverage.policy.effective_on: "),
    ],
)  # fmt: skip
def test_a_wrong_request_is_told_with_the_path_of_its_field(
    change: Change, said: str, example: Callable[[str, str], Request], ask: Asks, tmp_path: Path
) -> None:
    """One line names place, field and reason; nothing is decided."""
    request = example(PINGAN, "authorization")
    change(request)
    with pytest.raises(BadInputError) as told:
        ask(request)
    assert str(told.value).startswith(f"{tmp_path / 'requests.jsonl'}:1: {said}")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("question", FACTS)
def test_a_policy_older_than_the_terms_is_undecidable(
    question: str, example: Callable[[str, str], Request], ask: Asks
) -> None:
    """The message says which field, since when terms are known, and who decides."""
    request = example(PINGAN, question)
    policy = request["facts"].get("coverage", {}).get("policy")
    if policy:
        policy["effective_on"] = "2001-01-01"
    else:
        request["facts"]["policy_effective_on"] = "2001-01-01"
    with pytest.raises(BadInputError, match=r"effective_on: terms: none are known for 2001-01-01; .*须由人工按旧版"):
        ask(request)


@pytest.mark.parametrize("moment", ["0", "1767225600", "2026-07-06"])
def test_a_moment_is_told_as_one(moment: str, example: Callable[[str, str], Request], ask: Asks) -> None:
    """A string of digits is no moment, nor is a day."""
    request = example(RIDER, "car_t_infusion")
    request["facts"]["custody"][0]["at"] = moment
    with pytest.raises(BadInputError, match=r"facts\.custody\.0\.at: "):
        ask(request)


def test_a_question_that_the_product_does_not_answer(
    example: Callable[[str, str], Request], ask: Asks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the question that is wrong then."""

    def no_gate(*_: object) -> Decision:
        message = "product 'pingan-longterm-b' has no rules for question 'counter'"
        raise NoGateError(message)

    request = example(PINGAN, "counter")
    monkeypatch.setattr(decision_requests, "decide", no_gate)
    with pytest.raises(BadInputError, match=r":1: question: product .* has no rules for question 'counter'"):
        ask(request)


def test_several_requests_are_decided_in_order(example: Callable[[str, str], Request], ask: Asks) -> None:
    """One a line, whatever the name of the file."""
    requests = [example(PINGAN, "counter"), example(AXA, "settlement")]
    expected = [(PINGAN, "counter"), (AXA, "settlement")]
    for decisions in (ask(*requests), ask(requests, name="requests.json")):
        assert [(each.product, each.question) for each in decisions] == expected


def test_reports_of_several_say_which_is_which(
    example: Callable[[str, str], Request], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The place of the request stands above; of a single one it does not."""
    request = example(PINGAN, "counter")
    (tmp_path / "both.json").write_text(json.dumps([request, request]), encoding="utf-8")
    decide([tmp_path / "both.json"])
    shown = capsys.readouterr().out.replace("\n", "")
    assert f"{tmp_path / 'both.json'}[0]╭" in shown
    assert f"{tmp_path / 'both.json'}[1]╭" in shown


def test_one_wrong_request_and_nothing_is_decided(
    example: Callable[[str, str], Request], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything that is wrong anywhere is told at once."""
    good = example(PINGAN, "counter")
    wrong = {"product": PINGAN, "question": "charity_aid", "facts": {"standing": "lost"}}
    (tmp_path / "1.jsonl").write_text(f"{json.dumps(good)}\n{{\n{json.dumps(wrong)}\n", encoding="utf-8")
    (tmp_path / "2.json").write_text(json.dumps([[], good]), encoding="utf-8")
    with pytest.raises(BadInputError) as told:
        decide([tmp_path / "1.jsonl", tmp_path / "2.json"])
    assert [line.removeprefix(f"{tmp_path}/").split(" must")[0].split(" is ")[0].split(" Unr")[0]
            for line in str(told.value).splitlines()] == [
        "1.jsonl:2:",
        "1.jsonl:3: facts.citizenship:",
        "1.jsonl:3: facts.standing:",
        "1.jsonl:3: facts.policy_effective_on:",
        "2.json[0]:",
    ]  # fmt: skip
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no request in it"),
        (b"[]", "no request in it"),
        (b"{", "not valid JSON"),
        (b"\xff", "invalid UTF-8"),
        (b'{"product": "a", "product": "b"}', "the key 'product' is given twice"),
        (b'{"product": NaN}', "NaN is not JSON"),
        (b"[" * 5000 + b"]" * 5000, "nested too deeply"),
        (b"7", "must be an object"),
        (b"[" + b" " * (9 << 20), "9.0 MiB are too much; give JSONL"),
    ],
)
def test_a_file_that_holds_no_request(content: bytes, said: str, tmp_path: Path) -> None:
    """Whatever it is, it is one sentence with the file's name."""
    path = tmp_path / "request.json"
    path.write_bytes(content)
    with pytest.raises(BadInputError) as told:
        decide([path])
    assert str(told.value).startswith(f"{path}")
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"files": [Path("none.json")]}, "none.json: no such file"),
        ({"product": PINGAN}, "--question: is needed with --product"),
        ({"facts": "{}"}, "--product: is needed with --facts"),
        ({"files": [Path("-")], "facts": "{}"}, "FILE: has no meaning with --facts; leave it out"),
        ({"product": PINGAN, "question": "counter", "facts": "{"}, "--facts: Unreadable: not valid JSON at column 2"),
        ({"product": PINGAN, "question": "counter", "facts": "\udcff"}, "--facts: Unreadable: invalid UTF-8"),
        ({"product": PINGAN, "question": "counter", "facts": "[]"}, "facts: must be an object"),
        ({"product": "x", "question": "counter", "facts": "{}"}, "product: unknown product; there are axa"),
        ({"at": "soon"}, "--at: 'soon' is no date and time; write e.g. 2026-11-20T09:30"),
        ({"schema_": True, "question": "all"}, "--question: unknown question 'all'; there are authorization, "),
        ({"schema_": True, "product": PINGAN}, "--product: has no meaning with --schema"),
        ({"schema_": True, "example": True}, "--example: has no meaning with --schema"),
        ({"example": True, "product": PINGAN}, "--question: is needed with --example"),
        ({"example": True, "product": "x", "question": "counter"}, "--product: unknown product 'x'; there are axa"),
        ({"example": True, "product": PINGAN, "question": "x"}, "--question: unknown question 'x'; there are"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, Any], said: str) -> None:
    """The option is named with what is wrong and what would be right."""
    files = options.pop("files", None)
    with pytest.raises(BadInputError) as told:
        decide(files, **options)
    assert str(told.value).startswith(said)


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("2026-11-20T09:30", datetime(2026, 11, 20, 9, 30, tzinfo=CHINA)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=CHINA)),
        ("2026-11-20T01:30:00Z", datetime(2026, 11, 20, 9, 30, tzinfo=CHINA)),
    ],
)
def test_the_moment_of_the_decision(
    told: str, moment: datetime, example: Callable[[str, str], Request], ask: Asks
) -> None:
    """It is in China unless an offset says otherwise, and is recorded in the decision."""
    assert ask(example(PINGAN, "counter"), at=told)[0].at == moment


def test_the_moment_is_now_unless_told(example: Callable[[str, str], Request], ask: Asks) -> None:
    """On a clock in China."""
    at = ask(example(PINGAN, "counter"))[0].at
    assert at.utcoffset() == timedelta(hours=8)
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)


def test_what_a_decision_rests_on_can_be_asked_again(example: Callable[[str, str], Request], ask: Asks) -> None:
    """Product, question and facts of a decision, as `journeys status --json` shows it, are a request."""
    [first] = ask(example(AXA, "fulfilment"), at="2026-11-20")
    again = first.model_dump(mode="json", include={"product", "question", "facts"})
    assert ask(again, at="2026-11-20") == [first]


def test_standard_input(
    example: Callable[[str, str], Request], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Read where no file is given."""
    text = json.dumps(example(PINGAN, "counter")).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    decide(json=True)
    assert Decision.model_validate_json(capsys.readouterr().out).verdict == "approved"


def test_nobody_is_left_waiting_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file and with nothing piped in, the command says what it takes."""
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    with pytest.raises(BadInputError, match=r"^FILE: nothing to decide; .* `journeys decide --example"):
        decide()


def test_neither_database_nor_temporal_is_needed() -> None:
    """They are not even imported, and the exit status of bad input is 2."""
    code = """
import sys
from workers.cli import build
try:
    build()()
finally:
    print([module for module in ("temporalio", "asyncpg") if module in sys.modules], file=sys.stderr)
"""
    asked = ["decide", "--example", "--product", PINGAN, "--question", "settlement"]
    shown = subprocess.run([sys.executable, "-c", code, *asked], capture_output=True, text=True, check=True)
    done = subprocess.run(
        [sys.executable, "-c", code, "decide"], input=shown.stdout, capture_output=True, text=True, check=True
    )
    assert "approved" in done.stdout
    assert done.stderr == "[]\n"
    wrong = subprocess.run(
        [sys.executable, "-m", "workers.cli", "decide", "-"], input="{}", capture_output=True, text=True, check=False
    )
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("-:1: product: is required / 缺少必填项\n")


def test_without_the_samples_an_example_says_what_it_needs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The samples are in the checkout and not in the image."""
    monkeypatch.setattr(decision_samples, "FOLDER", tmp_path)
    with pytest.raises(CommandError, match="holds no claim of pingan-longterm-b; run in a checkout"):
        decide(product=PINGAN, question="counter", example=True)
    (tmp_path / "claims").symlink_to(Path(__file__).parents[2] / "samples" / "claims")
    with pytest.raises(CommandError, match=r"policies\.json: cannot be read \(No such file"):
        decide(product=PINGAN, question="counter", example=True)


def test_broken_product_data_is_told_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who changes a product asks the rules next: the line that is wrong is named."""

    def broken() -> None:
        message = "axa-excellence/product.toml:15: terms.waiting_days: is wrong"
        raise ProductError(message)

    monkeypatch.setattr(module, "load_products", broken)
    with pytest.raises(BadInputError, match=r"product\.toml:15"):
        decide(product=PINGAN, question="counter", facts="{}")


def test_every_gate_can_be_asked() -> None:
    """The questions are those that the products answer, and each has words in both languages."""
    gates = {question for product in PRODUCTS for question in load_products().get(product).gates}
    assert set(FACTS) == gates
    assert [question for question in FACTS if Words("zh")(question) == question] == []


def test_the_help_lists_every_question() -> None:
    """A question that the rules learn stands there, too."""
    command = [sys.executable, "-m", "workers.cli", "decide", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [question for question in FACTS if question not in shown] == []


def test_papers_are_called_what_the_glossary_calls_them() -> None:
    """Every kind of paper, in both languages."""
    section = GLOSSARY.read_text(encoding="utf-8").split("\n## Papers\n")[1].split("\n## ")[0]
    rows = [[cell.strip(" `") for cell in line.split("|")[1:4]] for line in section.splitlines() if "`" in line]
    listed = {code: (english, chinese) for english, chinese, code in rows if code in set(PaperKind)}
    assert {kind.value: (name.en, name.zh) for kind, name in NAMES.items()} == listed
