"""What each kind of paper is called, as docs/glossary.md has it."""

from collections.abc import Mapping

from schemas.papers import PaperKind
from schemas.text import Bilingual

NAMES: Mapping[PaperKind, Bilingual] = {
    PaperKind.POLICY: Bilingual(zh="保险合同或其他保险凭证", en="policy"),
    PaperKind.ID_DOCUMENT: Bilingual(zh="有效身份证件", en="identity document"),
    PaperKind.CLAIM_FORM: Bilingual(zh="理赔申请书", en="claim form"),
    PaperKind.CLAIM_NOTICE: Bilingual(zh="理赔通知书", en="claim notice"),
    PaperKind.BENEFIT_APPLICATION: Bilingual(zh="保险金给付申请书", en="benefit application"),
    PaperKind.MEDICAL_RECORDS: Bilingual(zh="病历资料", en="medical records"),
    PaperKind.FIRST_VISIT_RECORD: Bilingual(zh="首诊病历", en="record of the first visit"),
    PaperKind.DIAGNOSIS_CERTIFICATE: Bilingual(zh="医学诊断书", en="diagnosis certificate"),
    PaperKind.PATHOLOGY_REPORT: Bilingual(zh="病理检查报告", en="pathology report"),
    PaperKind.LABORATORY_REPORT: Bilingual(zh="化验检查报告", en="laboratory report"),
    PaperKind.IMAGING: Bilingual(zh="影像学材料", en="imaging"),
    PaperKind.GENE_TEST_REPORT: Bilingual(zh="基因检测报告", en="gene test report"),
    PaperKind.PRESCRIPTION: Bilingual(zh="特药处方", en="prescription"),
    PaperKind.OUTSIDE_PURCHASE_PROOF: Bilingual(zh="外购药证明", en="proof of purchase outside the hospital"),
    PaperKind.COST_BILLS: Bilingual(zh="费用票据", en="bills"),
    PaperKind.ITEMISED_LIST: Bilingual(zh="费用明细清单", en="itemised list"),
    PaperKind.OTHER_PROOF: Bilingual(zh="其他证明和资料", en="other proof"),
    PaperKind.REVIEW_EVIDENCE: Bilingual(zh="支持处方审核的证明", en="evidence for the review"),
    PaperKind.PAYMENT_AUTHORISATION: Bilingual(zh="保险金领款授权书", en="payment authorisation"),
    PaperKind.MEDICATION_CONSENT: Bilingual(zh="医疗直付知情同意书", en="consent to direct payment for medication"),
    PaperKind.CLAIM_AUTHORISATION: Bilingual(zh="理赔授权书", en="claim authorisation"),
    PaperKind.DRUG_RECEIPT: Bilingual(zh="领药确认书", en="receipt for the drug"),
    PaperKind.INVOICE: Bilingual(zh="发票", en="invoice"),
    PaperKind.VOUCHER: Bilingual(zh="购药凭证、取药码", en="voucher"),
    PaperKind.AGENT_ID: Bilingual(zh="受托人身份证明", en="agent's identity document"),
    PaperKind.POWER_OF_ATTORNEY: Bilingual(zh="授权委托书", en="power of attorney"),
    PaperKind.TRANSFER_AUTHORISATION: Bilingual(zh="保险金转账授权书", en="authorisation to transfer the benefit"),
    PaperKind.GUARDIAN_ID: Bilingual(zh="监护人身份证件", en="guardian's identity document"),
    PaperKind.GUARDIANSHIP_PROOF: Bilingual(zh="合法监护权证明", en="proof of guardianship"),
    PaperKind.CAPACITY_PROOF: Bilingual(zh="未成年人或无民事行为能力证明", en="proof of minority or incapacity"),
    PaperKind.DOCTOR_CONSENT: Bilingual(zh="主治医生同意书", en="doctor's consent"),
    PaperKind.HOSPITAL_CONSENT: Bilingual(zh="医院同意书", en="hospital's consent"),
}
