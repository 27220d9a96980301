"""What the history keeps of a question to our own side, whose arguments a local activity's marker leaves out."""

import hashlib

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel


def digest(request: BaseModel) -> str:
    """SHA-256 over the JSON of `request`, in hexadecimal: the summary of the local activity that is asked.

    A strict replay compares it, so that today's code is seen to ask the very same. It tells nobody what was asked.
    Fields at their defaults are left out: one that a later release adds changes no digest until it says something.
    """
    return hashlib.sha256(request.model_dump_json(exclude_defaults=True).encode()).hexdigest()
