"""Sentences for people: every text that a patient, agent or engineer reads exists in Chinese and English."""

from schemas.shape import Shape


class Bilingual(Shape):
    """One sentence in both languages; `zh` is for patients and service agents, `en` for engineers."""

    zh: str
    en: str
