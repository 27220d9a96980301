"""What the command says in Chinese and in English: names of stages, waits, roles and headings."""

import os
from collections.abc import Mapping
from typing import Literal

from schemas.text import Bilingual

Language = Literal["zh", "en"]

_WORDS: Mapping[str, tuple[str, str]] = {
    # stages
    "authorization": ("用药授权", "authorization"),
    "prescription_review": ("处方审核", "prescription review"),
    "charity_aid": ("慈善援助", "charity aid"),
    "voucher": ("购药凭证", "voucher"),
    "fulfilment": ("取药或配送", "pick-up or delivery"),
    "settlement": ("结算", "settlement"),
    "completed": ("已完成", "completed"),
    "refused": ("未通过", "refused"),
    "aid_supplied": ("援助供药", "supplied by aid"),
    "withdrawn": ("已撤回", "withdrawn"),
    "refill": ("待下次处方", "between prescriptions"),
    "assessment": ("指定医疗机构评估", "assessment"),
    "arrangement": ("就医安排", "arrangement"),
    "apheresis": ("单采", "apheresis"),
    "manufacturing": ("细胞制备", "manufacturing"),
    "pre_infusion_examination": ("回输前的检查", "pre-infusion examination"),
    "lymphodepletion": ("预处理化疗", "lymphodepletion"),
    "infusion": ("CAR-T 细胞回输", "infusion"),
    "monitoring": ("反应监控", "monitoring"),
    "efficacy_assessment": ("治疗效果评估", "efficacy assessment"),
    "green_channel": ("绿色通道", "green channel"),
    "recovery": ("追回款项", "recovery"),
    "lapsed": ("已失效", "lapsed"),
    "terminated": ("已终止", "terminated"),
    # what a journey waits for
    "nothing": ("无", "nothing"),
    "papers": ("补充材料", "papers"),
    "referral": ("人工核定", "a reviewer's decision"),
    "review": ("药师审核", "the pharmacist's review"),
    "aid_application": ("援助申请意愿", "aid: apply or not"),
    "aid_outcome": ("援助审批结果", "aid: the outcome"),
    "aid_collection": ("领取援助药品", "aid: the collection"),
    "booking": ("预约取药方式", "booking"),
    "own_share": ("支付自付款", "payment of the own share"),
    "hand_over": ("药品交接", "hand-over"),
    "payment": ("保险付款", "the insurer's payment"),
    "investigation": ("调查结论", "the investigation"),
    "refusal_answer": ("是否接受审核结果", "whether the refusal is accepted"),
    "expert": ("推荐专家", "an expert"),
    "expert_confirmation": ("确认专家", "confirmation of the expert"),
    "appointment": ("预约就诊", "the appointment"),
    "consultation": ("就诊", "the consultation"),
    "prescription": ("下一张处方", "the next prescription"),
    "refund": ("退款", "the refund"),
    "assessment_booking": ("预约评估", "booking of the assessment"),
    "cell_product": ("细胞制备结果", "the product from its manufacturer"),
    "remanufacture_choice": ("是否重新制备", "how it goes on without a product"),
    "product_arrival": ("产品送达医院", "arrival of the product at the institution"),
    "examination": ("回输前检查", "pre-infusion examination"),
    "deviation": ("偏差处置", "disposition of a deviation"),
    "monitoring_end": ("结束反应监控", "end of the monitoring"),
    "efficacy": ("疗效评估", "efficacy assessment"),
    "costs": ("费用资料", "the costs"),
    "resumption": ("恢复办理", "resumption"),
    "hand_off": ("合作方答复", "a partner's answer"),
    "hand_off_help": ("合作方异常处理", "help with a partner"),
    # what is asked at the counter or door
    "counter": ("交付核验", "counter"),
    # what is asked after a death, a cancellation or a fraud
    "standing": ("保障状态核验", "standing of the cover"),
    # what is asked of a CAR-T therapy
    "car_t_authorization": ("CAR-T 责任审核", "CAR-T authorization"),
    "car_t_site": ("CAR-T 医疗机构核验", "CAR-T institution"),
    "car_t_assessment": ("CAR-T 评估核验", "CAR-T assessment"),
    "car_t_apheresis": ("单采核验", "apheresis"),
    "car_t_infusion": ("回输核验", "infusion"),
    "car_t_cost": ("CAR-T 费用核验", "CAR-T cost"),
    "car_t_settlement": ("CAR-T 结算", "CAR-T settlement"),
    "car_t_standing": ("CAR-T 保障状态核验", "standing of the CAR-T therapy"),
    "window": ("治疗期", "treatment period"),
    "deviations": ("偏差", "deviations"),
    "identity_mismatch": ("身份不符", "identity mismatch"),
    "custody_gap": ("监管链中断", "custody gap"),
    "temperature_excursion": ("温度偏离", "temperature excursion"),
    "no_temperature": ("缺少温度记录", "no temperature on record"),
    "undisposed": ("未处置", "open"),
    "disposed": ("已处置", "disposed of"),
    # roles
    "insured": ("被保险人", "insured person"),
    "agent": ("代办人", "agent of the insured"),
    "guardian": ("监护人", "guardian"),
    "service_agent": ("客服", "service agent"),
    "pharmacist": ("药师", "pharmacist"),
    "insurer_reviewer": ("理赔审核员", "insurer's reviewer"),
    "supervisor": ("主管", "supervisor"),
    "insurer": ("保险公司", "insurer"),
    "pharmacy": ("药店", "pharmacy"),
    "foundation": ("基金会", "foundation"),
    "hospital": ("医院", "hospital"),
    "manufacturer": ("制药中心", "manufacturer"),
    "cryo_courier": ("低温物流", "cryo courier"),
    "courier": ("配送方", "courier"),
    "system": ("系统", "system"),
    # verdicts and outcomes
    "approved": ("通过", "approved"),
    "papers_due": ("需补材料", "papers due"),
    "referred": ("需人工核定", "referred"),
    "met": ("符合", "met"),
    "not_met": ("不符合", "not met"),
    "not_applicable": ("不适用", "not applicable"),
    # ways on after the question of charity aid
    "apply": ("去申请", "apply for aid"),
    "insurance": ("由保险承担", "the insurance pays"),
    "aid_supplies": ("由援助供药", "the foundation supplies"),
    "review_again": ("重新审核", "review again"),
    "not_covered": ("不予承担", "not covered"),
    "wait": ("等待结果", "wait for the outcome"),
    # ways of handing over
    "pick_up": ("自取", "pick-up"),
    "delivery": ("配送", "delivery"),
    "hospital_delivery": ("送至医院", "delivery to the hospital"),
    # forms of paper
    "original": ("原件", "original"),
    "copy": ("复印件", "copy"),
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
    "provisional": ("暂定，待公布节假日安排", "provisional until the year's holidays are published"),
    "no_deadline": ("无时限", "no deadline"),
    "estimate": ("预估", "estimate"),
    "settled": ("结算", "settled"),
    "cost": ("总费用", "cost"),
    "insurer_pays": ("保险承担", "insurer pays"),
    "own": ("自付", "own share"),
    "reserved": ("预留保额", "reserved"),
    "committed": ("已确认", "committed"),
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
        zh, en = _WORDS.get(name, (name, name))
        return zh if self.language == "zh" else en

    def text(self, sentence: Bilingual) -> str:
        """The sentence in this language."""
        return sentence.zh if self.language == "zh" else sentence.en


def _environment() -> Language:
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "zh" if spoken.lower().startswith("zh") else "en"
