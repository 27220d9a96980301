"""The identifiers that travel: what they look like and that none of them carries patient data."""

from typing import Annotated

from pydantic import Field

ProductId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,39}$", examples=["pingan-longterm-b"])]
"""Folder name of a product under products/; not an enumeration, so that a product is data alone."""

RULE_ID = r"^[a-z][a-z0-9-]{2,39}/[A-Z]+-\d+$"
RuleId = Annotated[str, Field(pattern=RULE_ID, examples=["pingan-longterm-b/WAIT-1"])]
"""`product/RULE-n`: what a finding cites."""

JourneyId = Annotated[str, Field(pattern=r"^journey-[a-z2-7]{20}$")]
"""Workflow id of a journey: derived from product and claim number by a one-way hash."""

PersonRef = Annotated[str, Field(pattern=r"^person-[a-z2-7]{20}$")]
"""Reference to the personal record, which only adapters that need it read."""

ClaimNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{3,63}$")]
PolicyNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{3,63}$")]
DrugId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")]
"""A row of a product's drug list, e.g. `pingan-longterm-b-099`."""

IdempotencyKey = Annotated[str, Field(min_length=8, max_length=128, pattern=r"^[A-Za-z0-9._:/-]+$")]
"""What makes a repeat recognisable; made by whoever writes, kept by whoever receives."""
