"""The papers a claim needs: at application, at prescription review and at the counter."""

from datetime import date
from enum import StrEnum

from schemas.names import RuleId
from schemas.shape import Shape, Strict


class PaperKind(StrEnum):
    """One kind of document; docs/glossary.md gives the Chinese name of each."""

    POLICY = "policy"
    ID_DOCUMENT = "id_document"
    CLAIM_FORM = "claim_form"
    CLAIM_NOTICE = "claim_notice"
    BENEFIT_APPLICATION = "benefit_application"
    MEDICAL_RECORDS = "medical_records"
    FIRST_VISIT_RECORD = "first_visit_record"
    DIAGNOSIS_CERTIFICATE = "diagnosis_certificate"
    PATHOLOGY_REPORT = "pathology_report"
    LABORATORY_REPORT = "laboratory_report"
    IMAGING = "imaging"
    GENE_TEST_REPORT = "gene_test_report"
    PRESCRIPTION = "prescription"
    OUTSIDE_PURCHASE_PROOF = "outside_purchase_proof"
    COST_BILLS = "cost_bills"
    ITEMISED_LIST = "itemised_list"
    OTHER_PROOF = "other_proof"
    REVIEW_EVIDENCE = "review_evidence"
    PAYMENT_AUTHORISATION = "payment_authorisation"
    MEDICATION_CONSENT = "medication_consent"
    CLAIM_AUTHORISATION = "claim_authorisation"
    DRUG_RECEIPT = "drug_receipt"
    INVOICE = "invoice"
    VOUCHER = "voucher"
    AGENT_ID = "agent_id"
    POWER_OF_ATTORNEY = "power_of_attorney"
    TRANSFER_AUTHORISATION = "transfer_authorisation"
    GUARDIAN_ID = "guardian_id"
    GUARDIANSHIP_PROOF = "guardianship_proof"
    CAPACITY_PROOF = "capacity_proof"
    DOCTOR_CONSENT = "doctor_consent"
    HOSPITAL_CONSENT = "hospital_consent"


class PaperForm(StrEnum):
    """Whether the paper is the original or a copy; an original satisfies a demand for a copy."""

    ORIGINAL = "original"
    COPY = "copy"


class Paper(Strict):
    """One paper that has been handed in; `received_on` is the day in China."""

    kind: PaperKind
    form: PaperForm = PaperForm.COPY
    received_on: date | None = None
    reference: str = ""


class PaperDue(Shape):
    """One paper still missing: which, in what form, under which rule."""

    kind: PaperKind
    form: PaperForm
    rule: RuleId
