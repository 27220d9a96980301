"""What the command says in Chinese and in English: its headings, and what journeys speak of."""

import os
from collections.abc import Mapping
from typing import Literal

from schemas.spoken import spoken
from schemas.text import Bilingual

Language = Literal["zh", "en"]

_WORDS: Mapping[str, tuple[str, str]] = {
    # headings
    "journey": ("旅程", "journey"),
    "claim": ("案件号", "claim"),
    "policy": ("保单号", "policy"),
    "product": ("产品", "product"),
    "drug": ("药品", "drug"),
    "stage": ("阶段", "stage"),
    "since": ("自", "since"),
    "waiting": ("等待", "waiting for"),
    "due": ("截止", "due"),
    "clock": ("时限", "clock"),
    "money": ("费用（元）", "money (yuan)"),
    "missing": ("待补材料", "missing papers"),
    "lacks": ("缺：", "missing: "),
    "comma": ("、", ", "),
    "decisions": ("决定", "decisions"),
    "history": ("经过", "history"),
    "actions": ("当前可执行操作", "actions possible now"),
    "no_actions": ("暂无", "none just now"),
    "closed": ("无：旅程已结束", "none: the journey is closed"),
    "next": ("下一步", "next steps"),
    "escalations": ("升级事项", "escalations"),
    "no_escalations": ("没有待处理的升级事项", "nothing has been escalated"),
    "refused_later": ("已接收、其后被旅程拒绝的操作", "taken while it could not be reached, refused afterwards"),
    "reason": ("原因", "reason"),
    "attempts": ("尝试次数", "attempts"),
    "failing": ("程序反复出错的旅程（须由工程师处理）", "journeys that our own code fails on (for engineers)"),
    "failing_unknown": (
        "Temporal 未应答：无法得知哪些旅程的程序反复出错",
        "Temporal does not say which journeys our own code fails on: it does not answer, or is too old to tell",
    ),
    "overdue": ("已超期", "OVERDUE"),
    "stopped": ("计时暂停", "clock stopped"),
    "running": ("计时中", "running"),
    "cancelled_from": ("保单解除生效日", "policy cancelled from"),
    "provisional": ("暂定，待公布节假日安排", "provisional until the year's holidays are published"),
    "no_deadline": ("无时限", "no deadline"),
    "estimate": ("预估", "estimate"),
    "settled": ("结算", "settled"),
    "cost": ("总费用", "cost"),
    "insurer_pays": ("保险承担", "insurer pays"),
    "own": ("自付", "own share"),
    "reserved": ("预留保额", "reserved"),
    "committed": ("已确认", "committed"),
    "own_share_paid": ("已预付自付款", "own share paid in advance"),
    "paid": ("已付", "paid"),
    "redeemed": ("已使用", "redeemed"),
    "valid_to": ("有效期至", "valid to"),
    "by": ("决定人", "decided by"),
    "published": ("已公布", "published"),
    "provisional_year": (
        "暂定：节假日安排尚未公布，周一至周五计为工作日",
        "provisional: its holidays are not published here, Monday to Friday count as worked",
    ),
    "month": ("月份", "month"),
    "rest_days": ("放假", "days off"),
    "make_up_days": ("调休上班", "make-up days"),
    "working_days": ("工作日", "working days"),
    "calendar": ("日历", "calendar"),
    "verdict": ("结论", "verdict"),
    "way": ("去向", "way on"),
    "findings": ("审核发现", "findings"),
    "taken_at": ("决定时间", "taken at"),
    "versions": ("版本", "versions"),
    "products": ("产品数据", "products"),
    "rules": ("规则", "rules"),
    "other_compensation": ("其他补偿", "other compensation"),
    "ratio": ("给付比例", "ratio"),
    "over_limit": ("其中超出限额", "of it over the limit"),
    # the chain of custody
    "no_custody": ("尚无记录：还没有采集细胞", "nothing on record yet: no cells have been collected"),
    "whole": ("保管链完整：共 {} 个环节，校验通过", "the chain is whole: {} links verified"),
    "broken": ("保管链校验未通过：第 {} 个环节{}", "the chain does not verify: link {} {}"),
    "gap": ("缺失", "is missing"),
    "gap_before": ("之前有缺失：", "something is missing before"),
    "unlinked": ("与前一环节不衔接", "does not continue the link before it"),
    "changed": ("内容被改动", "was changed"),
    "cut_off": ("与旅程所知不符或缺失", "is not there, or not the one that the journey knows of"),
    "unreadable": ("无法读取", "unreadable"),
    "collected": ("已采集", "collected"),
    "handed_over": ("已交接", "handed over"),
    "stored": ("已存放", "stored"),
    "manufactured": ("已制备", "manufactured"),
    "thawed": ("已复温", "thawed"),
    "starting_material": ("起始物料", "starting material"),
    "cells": ("CAR-T 细胞产品", "CAR-T product"),
    "at": ("时间", "time"),
    "step": ("环节", "step"),
    "from_to": ("交出方 → 接收方", "from → to"),
    "place": ("地点", "place"),
    "temperatures": ("温度（℃）", "temperatures (°C)"),
    "identifiers": ("标识号", "identifiers"),
    "checked_by": ("核对人", "checked by"),
    # the archive
    "exported": ("新归档 {} 次运行，共 {} 字节", "{} runs archived, {} bytes"),
    "left": ("未能归档", "not archived"),
    "head": ("链首", "head"),
    "looked": ("服务器上已结束 {}，进行中 {}，已归档 {}", "{} closed and {} open on the server, {} archived"),
    "gaps": ("缺失 {} 处", "{} gaps"),
    "no_gaps": ("没有缺失：已结束的运行均已归档", "no gaps: every closed run is archived"),
    "not_archived": ("已结束而未归档", "closed and not archived"),
    "no_successor": ("后续运行缺失", "the run after it is missing"),
    "no_predecessor": ("前一次运行缺失", "the run before it is missing"),
    "no_run": ("旅程没有任何运行记录", "the journey has no run"),
    "dropped_at": ("服务器保留至 {}", "the server may drop it at {}"),
    "named_by": ("见运行 {}", "named by run {}"),
    "verified": ("已核验 {} 次运行，共 {} 字节", "{} runs verified, {} bytes"),
    "flaws": ("发现 {} 处问题", "{} flaws"),
    "no_flaws": ("归档完整：校验全部通过", "the archive is whole: everything verifies"),
    "absent": ("历史缺失", "history is not there"),
    "altered": ("历史被改动", "history was altered"),
    "another": ("历史属于其他运行", "history is another run's"),
    "orphan": ("无主的历史", "history without a row"),
    # the reconciliation
    "agrees": ("一致", "agrees"),
    "disagrees": ("不一致", "disagrees"),
    "moving": ("进行中", "moving"),
    "part_history": ("历史", "history"),
    "part_start": ("立案与启动", "claim and start"),
    "part_status": ("状态", "status"),
    "part_decisions": ("决定", "decision"),
    "part_timeline": ("经过", "timeline"),
    "part_messages": ("通知", "message"),
    "part_ledger": ("账本", "posting"),
    "part_balance": ("保额账户", "balance"),
    "part_entry": ("分录", "entry"),
    "part_voucher": ("购药凭证", "voucher"),
    "part_custody": ("保管链", "custody link"),
    "fault_absent": ("缺失", "is not there"),
    "fault_other": ("内容不同", "says something else"),
    "fault_surplus": ("多出，历史中没有", "is known to no history"),
    "fault_unreadable": ("无法比较", "cannot be compared"),
    "fault_broken": ("自身不平衡或不完整", "does not add up"),
    "by_history": ("历史：{}", "history: {}"),
    "by_database": ("数据库：{}", "database: {}"),
    "can_be_repaired": ("可修复", "can be repaired"),
    "was_repaired": ("已修复", "repaired"),
    "reconciled": (
        "核对 {} 个旅程：一致 {}，已删除 {}，进行中 {}，不一致 {}；差异 {} 处，其中可修复 {} 处",
        "{} journeys: {} agree, {} erased, {} moving, {} disagree; {} differences, {} can be repaired",
    ),
    "to_repair": ("将依据历史重写：", "will be written anew from histories:"),
    "advice_history": (
        "历史：用 journeys audit verify、gaps、replay 查看；缺密钥时见 docs/operations.md",
        "histories: see journeys audit verify, gaps and replay; where a key is missing, docs/operations.md, Keys",
    ),
    "advice_status": (
        "状态：历史中没有任何写入；与备份比较",
        "status: no history wrote one; compare with a backup",
    ),
    "advice_start": (
        "立案：与备份比较；没有立案的旅程不是从入口来的",
        "claims: compare with a backup; a journey without a claim did not come through the intake door",
    ),
    "advice_messages": (
        "通知：数据库中的通知可能已照此发送；先向通知方查询，再决定是否更正",
        "messages: what is there may have been sent as it is; ask the notifier before anybody is told otherwise",
    ),
    "advice_ledger": (
        "账本：不作任何改动；与备份和保险公司的付款记录比较，由负责人另行过账更正",
        "ledger: nothing is changed; compare with a backup and the insurer's payments, and have a correction booked",
    ),
    "advice_balance": (
        "保额账户：停止该保单的给付，与备份比较",
        "balances: hold the journeys of that policy and compare with a backup",
    ),
    "advice_entry": (
        "分录：所属过账不存在；与备份比较，查明何人写入或删除",
        "entries: their posting is not there; compare with a backup, and ask who wrote or deleted one",
    ),
    "advice_voucher": (
        "购药凭证：暂停旅程，向药店查询是否已取药，再更正",
        "vouchers: hold the journey and ask the pharmacy whether the drug was handed over before anything is set right",
    ),
    "advice_custody": (
        "保管链：停止回输，与医院、承运方和制备方的记录比较",
        "custody: stop the infusion; compare with the records of hospital, courier and manufacturer",
    ),
    # traces of simulated journeys
    "input": ("操作", "action"),
    "decision": ("决定", "decision"),
    "deadline": ("时限", "deadline"),
    "escalation": ("升级", "escalation"),
    "notice": ("通知", "notice"),
    "rejected": ("被拒绝", "rejected"),
    "open": ("未结束", "open"),
    "expected": ("预期", "expected"),
    "actual": ("实际", "actual"),
    "replays": ("可重放", "replays"),
    "differs": ("有差异", "differs"),
    "accepted": ("差异已接受", "accepted"),
    "diverges": ("已偏离", "diverges"),
    "not_replayed": ("无法重放", "not replayed"),
    "erased": ("已删除", "erased"),
    "workflow_type": ("工作流类型", "workflow type"),
    "recorded_by": ("记录时版本", "recorded by build"),
    "event": ("事件", "event"),
    "events": ("个事件", "events"),
    "histories": ("份历史", "histories"),
    "no_histories": ("没有历史记录", "no histories"),
    "what": ("内容", "what"),
    "recorded": ("记录", "recorded"),
    "emitted": ("重放", "emitted"),
    "now": ("现在", "now"),
    "redecided": ("重新核定 {} 个决定，{} 个有差异", "{} decisions taken once more, {} differ"),
    "run": ("运行", "run"),
    "facts": ("事实", "facts"),
    "signed_by": ("签名密钥", "signed by key"),
    "sound": ("证据完整：{} 次运行，{} 个决定", "sound: {} runs, {} decisions"),
    "passed": ("通过", "passed"),
    "failed": ("不符", "failed"),
    "summary": ("{} 个场景：{} 个通过，{} 个不符，{:.1f} 秒", "{} scenarios: {} passed, {} failed, {:.1f} s"),
    "summary_of_one": ("1 个场景：{1} 个通过，{2} 个不符，{3:.1f} 秒", "1 scenario: {1} passed, {2} failed, {3:.1f} s"),
    "limit_left": ("保额剩余", "limit left"),
    "empty": ("没有符合条件的旅程", "no journeys fit"),
    "more": ("还有更多：用 --cursor {} 继续", "more: go on with --cursor {}"),
    "latest": ("最近 {} 条，共 {} 条：用 --all 显示全部", "the last {} of {}: --all shows them all"),
    "act_hint": ("查看所需字段：journeys act {} 操作 --schema", "fields of each: journeys act {} ACTION --schema"),
}


class Words:
    """Speaks one language; what it has no word for it says as it is."""

    def __init__(self, language: Language | None) -> None:
        """Speak `language`; None takes that of the environment: Chinese where LANG starts with zh, else English."""
        self.language: Language = language or _environment()

    def __call__(self, name: str | None) -> str:
        """The word for `name`; empty for None."""
        if name is None:
            return ""
        zh, en = _WORDS.get(name) or spoken(name).model_dump().values()
        return zh if self.language == "zh" else en

    def text(self, sentence: Bilingual) -> str:
        """The sentence in this language."""
        return sentence.zh if self.language == "zh" else sentence.en


def _environment() -> Language:
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "zh" if spoken.lower().startswith("zh") else "en"
