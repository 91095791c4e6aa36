"""What `translate` and `mirror` say, in Japanese: the comments around a text that they have written."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from kakehashi.check.japanese import losses
from kakehashi.check.japanese.translate import translate

_HOLE = "{}"
_ORDERED = re.compile(r"\{(\d*)\}")
_COMMENT = re.compile(r"(!\s*(?:\d+\. )?)(.*?)(\n?)", re.DOTALL)
_ERROR = re.compile(
    r"(?:ERROR: (?:(\S+:\d+): )?|(\S+:\d+): error: )(.*?)(?: \(([^()]*(?:\([^()]*\)[^()]*)*)\))?"
)
_LEADS = ("Translated ", "The far end of ", "Proved: ", "FAILED: ", "line ", "after line ", "in part: ")
_RENAMED = re.compile(r"(\S+) is (\S+)")
_FRAMES: Mapping[str, str] = {
    "Translated from {} ({}) to {}.": "{}({})を{}に変換しました。",
    "The far end of {} of {} ({}), for {}.": "{1}({2})の{0}の対向設定({3})です。",
    "Proved: {}, once {} is changed as told below.": "確認済み: {}(下記のとおり{}を変更した場合)。",
    "Proved: {}.": "確認済み: {}。",
    "FAILED: {}.": "失敗: {}。",
    "{} comes up and survives its rekeys": "{}は確立し、リキー後も維持されます",
    "{} dies at a rekey: {}": "{}はリキーで切断されます: {}",
    "{} does not come up: {}": "{}は確立しません: {}",
    "It cannot say this, and its far end must be changed likewise:": (
        "この装置では設定できず、対向も同じく変更が必要です:"
    ),
    "Both ends must say otherwise than {}:": "両側とも{}から変更が必要です:",
    "So change in {}:": "{}の変更点:",
    "Changed:": "変更点:",
    "Otherwise than there:": "元の設定との違い:",
    "Impossible:": "変換できないもの:",
    "In part:": "一部だけ変換したもの:",
    "Says what holds anyway:": "既定値と同じもの:",
    "The other device's own way:": "変換先の装置の仕様によるもの:",
    "The device's own way:": "装置の仕様によるもの:",
    "What is marked `placeholder` must be filled in; the list stands at the end.": (
        "`placeholder`と記した行は値を記入してください。一覧は末尾にあります。"
    ),
    "Placeholders, to be filled in:": "記入が必要な項目:",
    "line {} `{}`: {}": "{}行目 `{}`: {}",
    "line {} `{}`": "{}行目 `{}`",
    "line {}: {}": "{}行目: {}",
    "after line {}: {}": "{}行目の後: {}",
    "in `{}`:": "`{}`の中:",
    "in part: {}": "一部: {}",
    "{}: {} (line {}) becomes {}: {}": "{}: {}({}行目)を{}に変更: {}",
    "{}: {} becomes {}: {}": "{}: {}を{}に変更: {}",
    "{}: {} (line {}) gain {}: {}": "{}: {}({}行目)に{}を追加: {}",
    "{}: {} gain {}: {}": "{}: {}に{}を追加: {}",
    "{} does not have it": "{}にありません",
    "{} does not have them": "{}にありません",
    # What became of a line.
    "it says what holds anyway": "既定値と同じです",
    "the other device does so by itself": "変換先の装置では設定しなくても同じです",
    "the other device has no setting for it": "変換先の装置に設定項目がありません",
    "it is not about the VPN: the other device has its own words": (
        "VPN以外の設定です。変換先の装置のコマンドで設定してください"
    ),
    "it is of what people dial in to, of which nothing is written": "出力していないダイヤルインの設定です",
    "it is of a pseudowire, of which nothing is written": "出力していない疑似回線の設定です",
    "it is of a tunnel of many peers, of which nothing is written": (
        "出力していない、多数のピアを持つトンネルの設定です"
    ),
    "{}: not there yet": "{}: 未対応です",
    # Why it is not proved.
    "its certificates are not translated: put them on the device yourself": (
        "証明書は変換しません。装置に登録してください"
    ),
    "no answer comes, and nobody says why": "応答がなく、理由も通知されません",
    "there is no tunnel {} in what was written": "出力した設定にトンネル{}がありません",
    "it is shut down in {}: nothing meets it before it is switched on": (
        "{}でshutdownされています。有効にするまで確立しません"
    ),
    "{} has an error that keeps it down: {}": "{}の誤りのため確立しません: {}",
    "its SAs end and are never renewed, as {} says": "{}の設定により、SAは終了しても更新されません",
    "no answer comes; look at what the device cannot say: {}": (
        "応答がありません。装置で設定できない項目を確認してください: {}"
    ),
    "the far end must be changed as this end is: {}": "対向も同じく変更が必要です: {}",
    "neither of the two registers with the other": "どちらも相手に登録しません",
    # What is otherwise than it was.
    "{} is named and nothing is said of it: it gets no address": (
        "{}は名前だけで設定がないため、アドレスを付けません"
    ),
    "{}: the next hop {} is not said: the route to the peer decides": (
        "{}: ネクストホップ{}は出力せず、ピアへの経路で決まります"
    ),
    "3DES goes: newer firmware of the device does not support it": (
        "3DESを削除しました。新しいファームウェアでは使えません"
    ),
    "{} is shut down: as it is written it could not come up": (
        "{}をshutdownにしました。この設定では確立できません"
    ),
    "{}: `tunnel source` is {}, by which the peer is reached": (
        "{}: `tunnel source`はピアへの送出インタフェース{}としました"
    ),
    "{}: the device makes an SA with a peer when there is traffic for it": (
        "{}: この装置は相手ごとに、その相手への通信が発生した時点でSAを作ります"
    ),
    "{}: the device makes the SA at once, not when there is traffic": (
        "{}: この装置は通信の発生を待たず、直ちにSAを作ります"
    ),
    "{} becomes an entry of the crypto map VPN on {}": "{}は{}の暗号マップVPNのエントリになります",
    "the route to {} goes: the selectors of the map choose the traffic": (
        "{}への経路を削除しました。対象トラフィックはマップのセレクタで決まります"
    ),
    "who dials in to {} gets an interface like Virtual-Template1": (
        "{}へのダイヤルインにはVirtual-Template1に基づくインタフェースが割り当てられます"
    ),
    "{}: address, MTU and MSS go, for a crypto map has no interface of its own": (
        "{}: アドレス、MTU、MSSを削除しました。暗号マップには専用のインタフェースがありません"
    ),
    "{}: a route to {} leads into its tunnel interface": (
        "{}: {}への経路をトンネルインタフェースに向けました"
    ),
    "{}: which networks the peer has is not said; add routes into its tunnel": (
        "{}: 対向のネットワークが指定されていません。トンネルへの経路を追加してください"
    ),
    "{} becomes {} tunnels: one for each pair": "{}は組ごとに{}本のトンネルになります",
    "{}: of the IKE proposals that fit the first is written": (
        "{}: 適合するIKEプロポーザルのうち最初のものを出力しました"
    ),
    "{}: of the ESP proposals that fit the first is written": (
        "{}: 適合するESPプロポーザルのうち最初のものを出力しました"
    ),
    # Why there is nothing.
    "people dial in to {} by L2TP: its far ends are laptops and phones, which have no configuration of a "
    "router; there is a sheet for those": (
        "{}はL2TPのダイヤルインを受けます。対向はPCやスマートフォンでルータの設定はなく、接続案内を出力します"
    ),
    "{} has no tunnel of IPsec: {} carries Ethernet by {} without one, and nothing is negotiated that could "
    "be proved; write its other end by hand": (
        "{}にIPsecのトンネルがありません。{}はIPsecなしで{}によりイーサネットを転送し、確認できるネゴシエーション"
        "がありません。対向は手で設定してください"
    ),
    "{} has no tunnel": "{}にトンネルがありません",
    "{} has no tunnel: {}": "{}にトンネルがありません: {}",
    "{} has several tunnels; say --tunnel with one of: {}": (
        "{}にトンネルが複数あります。--tunnelで指定してください: {}"
    ),
    "{} has no tunnel {}; there are: {}": "{}にトンネル{}はありません。あるのは: {}",
    "{} has many peers and no NHRP: nothing tells of any": (
        "{}は多数のピアを持ちますが、NHRPの設定がなく相手が分かりません"
    ),
    "{}: GRE needs our address, which is not known here": "{}: GREには自アドレスが必要ですが、分かりません",
    "{} is of no version of IKE": "{}はIKEを使いません",
    "{}: with whom phase 1 is made is not known": "{}: フェーズ1の相手が分かりません",
    "{} carries Ethernet by {}, and {} has {} alone: nothing of it is written": (
        "{}は{}でイーサネットを転送しますが、{}には{}しかないため、何も出力していません"
    ),
    "{} has many peers by NHRP, and tunnels for {} have one each here: nothing of it is written": (
        "{}はNHRPで多数のピアを持ちますが、{}のトンネルのピアは1台だけのため、何も出力していません"
    ),
    "{} has many peers in a way that {} has alone: nothing of it is written": (
        "{}は{}独自の方式で多数のピアを持つため、何も出力していません"
    ),
    "write a tunnel for each of its peers, on both ends, or keep a device of this maker here": (
        "ピアごとにトンネルを両側に設定するか、同じメーカの装置を使ってください"
    ),
}


def in_japanese(text: str) -> str:
    """A text with its comments in Japanese, as far as their sentences are known; the rest of it as it is."""
    return "".join(map(_line, text.splitlines(keepends=True)))


def said(sentence: str) -> str:
    """The sentence in Japanese; as it is where it is not known."""
    return known(sentence) or sentence


@lru_cache(maxsize=4096)
def known(text: str) -> str | None:
    """The sentence in Japanese, or None. What files say themselves stays as it is."""
    return (
        _FRAMES.get(text)
        or losses.SENTENCES.get(text)
        or _error(text)
        or _renamed(text)
        or _matching(text, _patterns(True), said)
        or _reason(text)
        or _joined(text)
        or _matching(text, _patterns(False), str)
        or translate(text)
    )


def _line(line: str) -> str:
    found = _COMMENT.fullmatch(line)
    if found is None or not found[2]:
        return line
    return found[1] + said(found[2]) + found[3]


def _error(text: str) -> str | None:
    """An error of the result: where, what, and what to do."""
    found = _ERROR.fullmatch(text)
    if found is None:
        return None
    at = found[1] or found[2]
    where = f"{at}: " if at else ""
    return f"エラー: {where}{said(found[3])}" + (f"({said(found[4])})" if found[4] else "")


def _renamed(text: str) -> str | None:
    found = _RENAMED.fullmatch(text)
    return f"{found[1]}は{found[2]}になります" if found else None


def _reason(text: str) -> str | None:
    """What is lost, and why: the last part is known, and what stands before it is, or names something."""
    for what, why in _cuts(text, ": "):
        reason = losses.SENTENCES.get(why) or _matching(why, _patterns(False), str)
        if reason is not None:
            return f"{said(what)}: {reason}"
    return None


def _joined(text: str) -> str | None:
    """Several in a row, all of them known."""
    for left, right in _cuts(text, "; "):
        one, other = known(left), known(right)
        if one is not None and other is not None:
            return f"{one}。{other}"
    return None


def _cuts(text: str, mark: str) -> Iterator[tuple[str, str]]:
    """Both parts at each mark, the last mark first."""
    at = text.rfind(mark)
    while at > 0:
        yield text[:at], text[at + len(mark) :]
        at = text.rfind(mark, 0, at)


@cache
def _patterns(frames: bool) -> Sequence[tuple[re.Pattern[str], str]]:
    """Of the frames, or of what is lost: what begins a line, and then what says most, is first."""
    sentences = _FRAMES if frames else losses.SENTENCES
    found = [(english, japanese) for english, japanese in sentences.items() if _HOLE in english]
    found.sort(key=lambda pair: (not pair[0].startswith(_LEADS), -len(pair[0].replace(_HOLE, ""))))
    hole = "(.+?)" if frames else "((?:(?!; |: ).)+?)"
    return [
        (re.compile(hole.join(map(re.escape, english.split(_HOLE))), re.DOTALL), japanese)
        for english, japanese in found
    ]


def _matching(
    text: str, patterns: Sequence[tuple[re.Pattern[str], str]], part: Callable[[str], str]
) -> str | None:
    for pattern, japanese in patterns:
        found = pattern.fullmatch(text)
        if found is not None:
            parts = [part(group) for group in found.groups()]
            order = iter(range(len(parts)))
            return _ORDERED.sub(
                lambda hole, p=parts, o=order: p[int(hole[1]) if hole[1] else next(o)],  # type: ignore[misc]
                japanese,
            )
    return None
