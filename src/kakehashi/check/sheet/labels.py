"""The words of the sheet in English and Japanese. The Japanese labels are those of the article."""

from collections.abc import Mapping
from dataclasses import dataclass

from kakehashi.check.sheet.row import Row


@dataclass(frozen=True, slots=True)
class Language:
    """`parameters` by the key of their row; `values`: words among the values, else they stay as they are."""

    name: str
    phases: Mapping[int, str]
    parameters: Mapping[str, str]
    values: Mapping[str, str]
    seconds: str
    kilobytes: str
    words: Mapping[str, str]

    def parameter(self, row: Row) -> str:
        """What a row is called."""
        return self.parameters.get(row.key, row.parameter)

    def value(self, text: str) -> str:
        """A value of a row."""
        return ", ".join(self._one(part) for part in text.split(", ")) if text else ""

    def word(self, key: str) -> str:
        """A word of the report around the sheet."""
        return self.words[key]

    def _one(self, part: str) -> str:
        for unit, instead in ((" s", self.seconds), (" KB", self.kilobytes)):
            number = part.removesuffix(unit)
            if number != part and number.isdigit():
                return number + instead
        return self.values.get(part, part)


ENGLISH = Language(
    name="en",
    phases={0: "GRE", 1: "IKE phase 1 (ISAKMP SA)", 2: "IKE phase 2 (IPsec SA)"},
    parameters={
        "0/protection": "protection by IPsec",
        "0/peer-address": "the other end's address",
        "0/inside": "header",
        "0/mtu": "room for packets, octets",
        "0/gre-keepalive": "keepalive of GRE",
        "1/version": "IKE version",
        "1/encryption": "encryption algorithm",
        "1/hash": "hash algorithm",
        "1/prf": "pseudorandom function",
        "1/authentication": "authentication method of phase 1",
        "1/dh-group": "DH group",
        "1/lifetime": "lifetime of the ISAKMP SA",
        "1/pre-shared-key": "pre-shared key",
        "1/peer-address": "ISAKMP peer's address",
        "1/identity-a": "identity of A",
        "1/identity-b": "identity of B",
        "1/keepalive": "IKE keepalive (DPD), seconds",
        "1/mode": "mode of phase 1",
        "2/protocol": "security protocol",
        "2/encryption": "encryption algorithm of phase 2",
        "2/authentication": "authentication algorithm of phase 2",
        "2/pfs": "PFS group",
        "2/lifetime": "lifetime of the IPsec SA",
        "1/lifetime-kilobytes": "lifetime of the ISAKMP SA, volume",
        "2/lifetime-kilobytes": "lifetime of the IPsec SA, volume",
        "2/mode": "IPsec mode",
        "2/peer-address": "IPsec peer's address",
        "2/inside": "inside ESP",
        "2/traffic": "traffic",
        "2/exchange": "mode of phase 2",
    },
    values={},
    seconds=" s",
    kilobytes=" KB",
    words={
        "a": "A",
        "b": "B",
        "agreed": "agreed",
        "parameter": "parameter",
        "fits": "fits",
        "no": "does not fit",
        "up": "comes up and survives its rekeys",
        "dies": "comes up, and dies at the rekey",
        "down": "does not come up",
        "sheet": "IPsec parameters",
        "findings": "Findings",
        "files": "Files",
        "fix": "fix",
        "reason": "reason",
        "shows": "shows",
        "alone": "The other end is in none of these files",
        "nothing": "no findings",
        "error": "error",
        "warning": "warning",
        "note": "note",
        "lines": "lines",
        "not-ours": "not about the VPN",
        "unknown": "not understood",
        "phase": "phase",
        "default": "default",
        "by": "recognised by",
    },
)

JAPANESE = Language(
    name="ja",
    phases={0: "GRE", 1: "IKE Phase1 ( ISAKMP SA )", 2: "IKE Phase2 ( IPsec SA )"},
    parameters={
        "0/protection": "IPsecによる保護",
        "0/peer-address": "対向のアドレス",
        "0/inside": "ヘッダ",
        "0/mtu": "運べるパケットの大きさ(オクテット)",
        "0/gre-keepalive": "GREキープアライブ",
        "1/version": "IKEバージョン",
        "1/encryption": "暗号化アルゴリズム",
        "1/hash": "ハッシュアルゴリズム",
        "1/prf": "疑似乱数関数(PRF)",
        "1/authentication": "IKE Phase1 の認証方式",
        "1/dh-group": "DHグループ",
        "1/lifetime": "ISAKMP SA ライフタイム",
        "1/pre-shared-key": "Pre-shared Key",
        "1/peer-address": "ISAKMPのピアアドレス",
        "1/identity-a": "AのID",
        "1/identity-b": "BのID",
        "1/keepalive": "IKEキープアライブ(DPD)",
        "1/mode": "IKE Phase1 モード",
        "2/protocol": "セキュリティプロトコル",
        "2/encryption": "暗号化アルゴリズム",
        "2/authentication": "認証アルゴリズム",
        "2/pfs": "PFSグループ",
        "2/lifetime": "IPsec SAのライフタイム",
        "1/lifetime-kilobytes": "ISAKMP SA ライフタイム(容量)",
        "2/lifetime-kilobytes": "IPsec SAのライフタイム(容量)",
        "2/mode": "IPsec通信モード",
        "2/peer-address": "IPsecのピアアドレス",
        "2/inside": "ESP内のカプセル化",
        "2/traffic": "IPsecの対象トラフィック",
        "2/exchange": "IKE Phase 2 モード",
    },
    values={
        "pre-shared key": "Pre-shared Key",
        "RSA signature": "デジタル署名",
        "main mode": "Mainモード",
        "aggressive mode": "Aggressiveモード",
        "quick mode": "Quickモード",
        "tunnel mode": "トンネルモード",
        "transport mode": "トランスポートモード",
        "same": "一致",
        "set": "設定あり",
        "not set": "設定なし",
        "each its own": "各自の値",
        "any": "すべて",
        "any IPv4": "すべてのIPv4",
        "any IPv6": "すべてのIPv6",
        "IP packets": "IPパケット",
    },
    seconds="(秒)",
    kilobytes="(KB)",
    words={
        "a": "A",
        "b": "B",
        "agreed": "合意値",
        "parameter": "パラメータ",
        "fits": "判定",
        "no": "不一致",
        "up": "接続でき、rekey後も継続します",
        "dies": "接続できますが、rekeyで切断されます",
        "down": "接続できません",
        "sheet": "IPsecパラメータ",
        "findings": "指摘事項",
        "files": "ファイル",
        "fix": "対処",
        "reason": "原因",
        "shows": "表示",
        "alone": "対向がこれらのファイルにないトンネル",
        "nothing": "指摘事項はありません",
        "error": "エラー",
        "warning": "警告",
        "note": "参考",
        "lines": "行",
        "not-ours": "VPN対象外",
        "unknown": "解釈不能",
        "phase": "フェーズ",
        "default": "既定値",
        "by": "判別の根拠:",
    },
)

LANGUAGES = {language.name: language for language in (ENGLISH, JAPANESE)}
