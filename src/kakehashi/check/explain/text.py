"""An explanation for people, in English or in Japanese, and as plain values for machines."""

from collections.abc import Iterable, Mapping

from kakehashi.check.explain.step import Explanation, Look, Step
from kakehashi.check.japanese.translate import translate

_WORDS: Mapping[str, str] = {
    "ok": "正常",
    "here": "原因",
    "to do": "対処",
    "line": "設定行",
    "log": "ログ",
    "up": "アップ",
    "down": "ダウン",
    "to": "対向",
    "There is no tunnel.": "トンネルがありません。",
}
LOOKS: Mapping[Look, str] = {
    Look.INTERFACE: "インタフェース",
    Look.NAME: "対向の名前",
    Look.ROUTE: "対向への経路",
    Look.KEY: "鍵",
    Look.ANSWER: "対向の応答",
    Look.PHASE1: "フェーズ1",
    Look.AUTHENTICATION: "認証",
    Look.PHASE2: "フェーズ2",
    Look.TRAFFIC: "パケット",
    Look.FILTER: "フィルタ",
    Look.ROUTING: "トンネルへの経路",
}


def render(explanations: Iterable[Explanation], japanese: bool = False) -> str:
    """A block for each tunnel: what is well, and where it ends."""
    blocks = ["\n".join(_block(e, japanese)) for e in explanations]
    return "\n\n".join(blocks or [_word("There is no tunnel.", japanese)]) + "\n"


def to_json(explanation: Explanation) -> dict[str, object]:
    """For machines, in English."""
    return {
        "tunnel": explanation.tunnel,
        "peer": explanation.peer,
        "up": explanation.up,
        "steps": [
            {
                "look": step.look.name.lower(),
                "good": step.good,
                "sentence": step.sentence,
                "remedy": step.remedy,
                "line": str(step.source) if step.source else "",
                "log": step.log,
            }
            for step in explanation.steps
        ],
    }


def _block(explanation: Explanation, japanese: bool) -> Iterable[str]:
    where = f" ({explanation.source})" if explanation.source else ""
    state = _word("up" if explanation.up else "down", japanese)
    yield f"{explanation.tunnel}{where} {_word('to', japanese)} {explanation.peer}: {state}"
    for step in explanation.steps:
        yield from _lines(step, japanese)


def _lines(step: Step, japanese: bool) -> Iterable[str]:
    look = LOOKS[step.look] if japanese else step.look.value
    mark = _word("ok" if step.good else "here", japanese)
    yield f"  {mark:<5} {look}: {_sentence(step.sentence, japanese)}"
    if step.log:
        yield f"        {_word('log', japanese)}: {step.log}"
    if step.source:
        yield f"        {_word('line', japanese)}: {step.source}"
    if step.remedy:
        yield f"        {_word('to do', japanese)}: {_sentence(step.remedy, japanese)}"


def _word(text: str, japanese: bool) -> str:
    return _WORDS[text] if japanese else text


def _sentence(text: str, japanese: bool) -> str:
    return (translate(text) or text) if japanese else text
