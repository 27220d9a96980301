"""`python -m tests.docs.matrix` writes docs/rules.md anew."""

from tests.docs.matrix.page import PAGE, render

PAGE.write_text(render(), encoding="utf-8")
