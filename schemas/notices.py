"""The messages that a journey sends, by their templates: what whoever delivers or expects them goes by."""

from schemas.journey import CLOSED_STAGES, Stage

_PRESCRIPTION_ENDS = (Stage.AID_SUPPLIED, Stage.LAPSED, Stage.REFUSED)
"""In which a prescription may end while its treatment goes on."""

TEMPLATES = frozenset(
    {
        "aid_open",
        "booking_refused",
        "cancellation_revoked",
        "cost_refused",
        "cover_ended",
        "cover_ends",
        "escalation",
        "expert",
        "follow_up",
        "investigation",
        "next_donation",
        "next_prescription",
        "own_share_back",
        "own_share_due",
        "own_share_first",
        "papers_due",
        "payment_to_stop",
        "referral",
        "refund_due",
        "refusal_answer",
        "site_refused",
        "treatment_arranged",
        "voucher_issued",
        "voucher_reissued",
        "window_closed",
        *(f"journey_{stage}" for stage in CLOSED_STAGES),
        *(f"prescription_{stage}" for stage in _PRESCRIPTION_ENDS),
    }
)
"""Every template there is."""
