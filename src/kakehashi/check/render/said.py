"""Sentences of a report in the language in which it is printed."""

from kakehashi.check.japanese.translate import translate
from kakehashi.check.report import PairReport
from kakehashi.check.sheet.labels import JAPANESE, Language


def said(text: str, language: Language) -> str:
    """The sentence in that language. What nobody has translated, and what an engine's log says, stays."""
    return (translate(text) or text) if language is JAPANESE else text


def reason(pair: PairReport, language: Language) -> str:
    """Why a pair does not come up, or does not survive.

    The engines give it in English alone; in another language it is what does not fit, if that is known.
    """
    text = pair.verdict.reason or ""
    if language is JAPANESE and text and translate(text) is None and pair.mismatches:
        return said(pair.mismatches[0].remark.message, language)
    return said(text, language)
