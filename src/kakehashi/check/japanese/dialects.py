"""What all dialects say of a line that they do not take, of names and of routes."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "`{}` is a command of Cisco ASA, a firewall with a language of its own: what is read of the file "
    "here may be wrong": (
        "`{}`は独自の言語を持つファイアウォールCisco ASAのコマンドです。このファイルの解釈は誤っている可"
        "能性があります"
    ),
    "the file names a second device, `{}` after `{}` (line {}): all lines are taken for one device's, "
    "and the last of a kind holds": (
        "ファイルに2台目の装置`{}`があります(`{}`の後、{}行目)。すべての行を1台のものとみなし、同種の行は"
        "最後のものが有効です"
    ),
    "put each configuration into a file of its own": "装置ごとにファイルを分けてください",
    "the header `{}`": "ヘッダ`{}`",
    "{} could be {}": "{}は{}のどれか決められません",
    "{} is incomplete: expected {}": "{}は途中で終わっています。次に{}が必要です",
    "{} is not understood after {}: {}": "{1}の後の{0}を解釈できません: {2}",
    "{} is not understood: {}": "{}を解釈できません: {}",
    "expected {} or the end of the line": "{}か行末が必要です",
    "the line ends there": "行はそこで終わります",
    "{} after {} is wrong: expected {}": "{1}の後の{0}が誤りです。{2}が必要です",
    "{} is wrong: expected {}": "{}が誤りです。{}が必要です",
    "{} after {} is not understood; the line has no effect": "{1}の後の{0}を解釈できません。この行は無効です",
    "{} in {} is not understood; the line has no effect": "{1}の{0}を解釈できません。この行は無効です",
    "{} is not understood; the line has no effect": "{}を解釈できません。この行は無効です",
    "{} after {} is not understood; the line has no effect; the {} lines that belong to it are left out": (
        "{1}の後の{0}を解釈できません。この行と、これに属する{2}行は無効です"
    ),
    "{} in {} is not understood; the line has no effect; the {} lines that belong to it are left out": (
        "{1}の{0}を解釈できません。この行と、これに属する{2}行は無効です"
    ),
    "one of {}": "{}のいずれか",
    "{}; the device does not have {}": "{}。装置は{}に対応していません",
    "did you mean `{}`?": "`{}`の誤りではありませんか",
    "did you mean {}?": "{}の誤りではありませんか",
    "write `{}`, the only one there is": "`{}`と書いてください(あるのはこれだけです)",
    "the key for {} is missing: `{}` has it before whom it is for": (
        "{}の鍵がありません: `{}`では鍵が相手の前に書かれています"
    ),
    "write `{}`": "`{}`と書いてください",
    "add `{}`": "`{}`を追加してください",
    "{}; the {} lines that belong to it are left out": "{}。これに属する{}行は無視します",
    "{}; the line that belongs to it is left out": "{}。これに属する行は無視します",
    "take the line out": "この行を削除してください",
    "{} has an address of its own or borrows one: `{}` in line {} holds, and takes the place of this line": (
        "{}には自身のアドレスか借用するアドレスのどちらかだけを設定できます。{2}行目の`{1}`が有効で、この行は"
        "無効です"
    ),
    "{} not about the VPN and left alone: {}": "VPNに関係しない行({0})はそのままにします: {1}",
    "{} the host's own to do (PPP, tags of VLANs, filtering, translation): {}": (
        "ホスト側で行う行({0}: PPP、VLANタグ、フィルタ、アドレス変換): {1}"
    ),
    "{} the host's, which brings the line up (PPP, PPPoE): {}": (
        "回線を接続するホスト側の行({0}: PPP、PPPoE): {1}"
    ),
    "{} lines are": "{}行",
    "{} line is": "{}行",
    "`{}` is not there yet ({}); the line has no effect": "`{}`は未対応です({})。この行は無効です",
    "`{}` is not there yet ({}); the tunnel stays down": "`{}`は未対応です({})。トンネルは確立しません",
    "`{}` is not there yet ({}); it and the {} lines below it have no effect": (
        "`{}`は未対応です({})。この行と以下の{}行は無効です"
    ),
    "`{}` is not there yet ({}); it and the line below it have no effect": (
        "`{}`は未対応です({})。この行と次の行は無効です"
    ),
    "{} gets its IPv6 address by DHCP: the host's client asks for it, and the address is the one that the "
    "host's device has then": (
        "{}のIPv6アドレスはDHCPで得られます。ホストのクライアントが要求し、その時のホスト側のアドレスになります"
    ),
    "start a DHCPv6 client for the device, such as `dhcpcd -6` or systemd-networkd": (
        "`dhcpcd -6`やsystemd-networkdなど、DHCPv6クライアントをその装置で起動してください"
    ),
    "{} borrows the address of {}, which has no `interface` block": (
        "{}がアドレスを借りる{}の`interface`ブロックがありません"
    ),
    "the route to {} leads into {}, which has no `interface` block": (
        "{}への経路の出力先{}の`interface`ブロックがありません"
    ),
    "no route leads into {}": "{}に向かう経路がありません",
    "{}: `{}` is set again in line {}, which holds": "{}: `{}`は{}行目で再設定されており、そちらが有効です",
    "`{}` is set again in line {}, which holds": "`{}`は{}行目で再設定されており、そちらが有効です",
    "{}: this device is known by the address that {} has then, and the peer must expect that one": (
        "{}: 自装置のIDは接続時の{}のアドレスになります。対向でそのアドレスを期待する設定が必要です"
    ),
    "{} has bits beyond its mask": "{}はマスクの外のビットが立っています",
    "{} and {} have the same peer and the same names; nobody can tell them apart": (
        "{}と{}は対向も名前も同じで、区別できません"
    ),
    "{} and {} have the same peer and the same identities; nobody can tell them apart": (
        "{}と{}は対向もIDも同じで、区別できません"
    ),
    "{}: a peer of unknown address is known by its name alone, and none is given": (
        "{}: アドレス不定の対向は名前でしか識別できませんが、名前の設定がありません"
    ),
    "{}: a peer of unknown address is known by its identity alone, and none is given": (
        "{}: アドレス不定の対向はIDでしか識別できませんが、IDの設定がありません"
    ),
}
