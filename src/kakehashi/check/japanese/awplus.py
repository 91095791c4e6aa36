"""AlliedWare Plus."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "{}: the endpoint {} is set again in line {}, which holds": (
        "{}: エンドポイント{}は{}行目で再設定されており、そちらが有効です"
    ),
    "{}: an endpoint is known by its address alone, names of the DNS are not there yet; the line has no "
    "effect": "{}: エンドポイントはアドレスでのみ指定でき、ホスト名は未対応です。この行は無効です",
    "write `tunnel endpoint {} destination ADDRESS`": (
        "`tunnel endpoint {} destination ADDRESS`を設定してください"
    ),
    "{}: nothing tells where the endpoint {} is reached": "{}: エンドポイント{}の宛先が指定されていません",
    "{}: the endpoint {} is reached at an IPv{} address, and the tunnel is over IPv{}": (
        "{}: エンドポイント{}の宛先はIPv{}アドレスですが、トンネルはIPv{}上です"
    ),
    "write an IPv{} address": "IPv{}アドレスを指定してください",
    "{}: the endpoint {} is this device itself": "{}: エンドポイント{}は本装置自身です",
    "write the peer's address in the tunnel": "対向のトンネル内アドレスを指定してください",
    "{}: the endpoint {} is in no network of the interface: no route leads to it": (
        "{}: エンドポイント{}はインタフェースのネットワークにないため、経路がありません"
    ),
    "the addresses of the interface and of its endpoints are of one network": (
        "インタフェースとエンドポイントのアドレスを同じネットワークにしてください"
    ),
    "{}: the endpoint at {} has another ISAKMP profile than the first one, and an interface has one for "
    "all": (
        "{}: 宛先{}のISAKMPプロファイルが最初のエンドポイントと異なります。1つのインタフェースでは共通です"
    ),
    "give all endpoints of the interface the same `crypto isakmp peer` profile": (
        "インタフェースの全エンドポイントに同じ`crypto isakmp peer`プロファイルを設定してください"
    ),
    "{}: `{}` is of a tunnel between two ends, and this one has many; the line has no effect": (
        "{}: `{}`は2点間トンネルの設定で、このトンネルはマルチポイントです。この行は無効です"
    ),
    "write `{} ADDRESS destination ADDRESS` for each peer, which is known by its address": (
        "対向ごとに`{} ADDRESS destination ADDRESS`を設定してください。対向はアドレスで識別されます"
    ),
    "{}: `{}` is of a tunnel with many peers, and this one has two ends; the line has no effect": (
        "{}: `{}`はマルチポイントトンネルの設定で、このトンネルは2点間です。この行は無効です"
    ),
    "write `{}` or `{}`, or take the line out": ("`{}`か`{}`とするか、この行を削除してください"),
    "the route to {} leads into {} and says by no next hop to which of its peers: its packets are dropped": (
        "{}への経路の出力先{}には対向が複数ありますが、ネクストホップがありません。パケットは破棄されます"
    ),
    "write the peer's address in the tunnel, one of: {}": ("対向のトンネル内アドレス({})を指定してください"),
    "{} has no endpoint {}, to which the route to {} leads: its packets are dropped": (
        "{}に、{2}への経路のネクストホップ{1}のエンドポイントがありません。パケットは破棄されます"
    ),
    "add `tunnel endpoint {} destination ADDRESS`": (
        "`tunnel endpoint {} destination ADDRESS`を追加してください"
    ),
    "{}: `{}` is of GRE, and the tunnel is not; the line has no effect": (
        "{}: `{}`はGREの設定で、このトンネルはGREではありません。この行は無効です"
    ),
    "write `tunnel mode gre`, or take the line out": "`tunnel mode gre`とするか、この行を削除してください",
    "{}: without IPsec a peer is known by its address alone, and none is given; it stays down": (
        "{}: IPsecなしでは対向をアドレスだけで識別しますが、指定がなく、確立しません"
    ),
    "add `tunnel destination ADDRESS`": "`tunnel destination アドレス`を追加してください",
    "the certificate that is pasted here cannot be read: it is no base64": (
        "ここに貼り付けられた証明書は読めません。base64ではありません"
    ),
    "paste it again, or import the file with `kakehashi pki import`": (
        "もう一度貼り付けるか、`kakehashi pki import`でファイルを取り込んでください"
    ),
    "`{}` is typed at the device and is no line of its configuration: here it does nothing": (
        "`{}`は装置で入力するコマンドで、設定の行ではありません。ここでは何も行いません"
    ),
    "type it at the console of the gateway that runs, or use `kakehashi pki`": (
        "動作中のゲートウェイのコンソールで入力するか、`kakehashi pki`を使ってください"
    ),
    "this is no fingerprint: it has 40 digits and letters from 0 to F (SHA-1), or 64 (SHA-256)": (
        "フィンガープリントではありません。0からFの40桁(SHA-1)または64桁(SHA-256)です"
    ),
    "write it as the authority tells it": "認証局が示すとおりに書いてください",
    "{}: with certificates each side is known by the name in its own, and `tunnel {} name` is not there": (
        "{}: 証明書認証では双方を証明書の名前で識別しますが、`tunnel {} name`がありません"
    ),
    "{}: an address as the name in a certificate is not supported by the device": (
        "{}: 証明書の名前にアドレスを使うことはできません"
    ),
    "use a name of the DNS": "DNS名を使ってください",
    "`{}` of the trustpoint {} says {}, and {} says that it is {} (line {}): the peer refuses it": (
        "トラストポイント{1}の`{0}`は{2}ですが、{3}は{4}と名乗ります({5}行目)。対向に拒否されます"
    ),
    "write {} in both": "両方に{}を設定してください",
    "give each a `tunnel local name` and a `tunnel remote name` of its own": (
        "それぞれに固有の`tunnel local name`と`tunnel remote name`を設定してください"
    ),
    "nobody uses the {} profile {}": "{}プロファイル{}は使われていません",
    "no tunnel has the peer that {} is for: {}": "{}の対象の対向{}を持つトンネルがありません",
    "this line": "この行",
    "the key": "この鍵",
    "`{}` has no effect on {}": "`{}`は{}では無効です",
    "put it on {}": "{}に設定してください",
    "{} gets its address from PPP: the host brings the line up, and the address is the one that the "
    "host's device has then": (
        "{}のアドレスはPPPで得られます。回線はホストが接続し、その時のホスト側のアドレスになります"
    ),
    "the key is encrypted (`8`) by the device, and cannot be read here: its tunnels stay down": (
        "鍵が装置により暗号化されており(`8`)、ここでは読めません。この鍵のトンネルは確立しません"
    ),
    "write the key as it is": "鍵を平文で書いてください",
    "EAP is not there yet; the line has no effect": "EAPは未対応です。この行は無効です",
    "the {} for {} is set again in line {}, which holds": (
        "{1}の{0}は{2}行目で再設定されており、そちらが有効です"
    ),
    "{} names the {} `{}`, and there is no such {} ({})": "{}が指定する{} `{}`がありません({4})",
    "there are: {}": "あるもの: {}",
    "there is none at all": "1つもありません",
    "`dpd-timeout` is of version 1, and the ISAKMP profile {} is of version 2, where a peer is gone "
    "166 s after the first request without an answer": (
        "`dpd-timeout`はversion 1の設定ですが、ISAKMPプロファイル{}はversion 2です。version 2では応答のな"
        "い最初の要求から166秒で切断されます"
    ),
    "take the line out, or write `version 1 mode main`": (
        "この行を削除するか、`version 1 mode main`にしてください"
    ),
    "the ISAKMP profile {} gives a peer up after {} s, before it asks a second time (every {} s)": (
        "ISAKMPプロファイル{}は{}秒で対向を切断しますが、2回目の確認(間隔{}秒)より前です"
    ),
    "make `dpd-timeout` several times `dpd-interval`": "`dpd-timeout`を`dpd-interval`の数倍にしてください",
    "the ISAKMP profile {} wants certificates and names no trustpoint": (
        "ISAKMPプロファイル{}は証明書認証ですが、トラストポイントの指定がありません"
    ),
    "the ISAKMP profile {} names a trustpoint and wants no certificate": (
        "ISAKMPプロファイル{}にトラストポイントの指定がありますが、証明書認証ではありません"
    ),
    "add `local authentication certificate` and `remote authentication certificate`": (
        "`local authentication certificate`と`remote authentication certificate`を追加してください"
    ),
    "transform {} of the {} profile {} is set again in line {}, which holds": (
        "{1}プロファイル{2}のtransform {0}は{3}行目で再設定されており、そちらが有効です"
    ),
    "the {} profile {} has no transform: a profile of one's own replaces the default one, and this one "
    "offers nothing": (
        "{}プロファイル{}にtransformがありません。カスタムプロファイルは既定のプロファイルを置き換えるた"
        "め、何も提案されません"
    ),
    "3DES is not supported by the device's newer firmware, though it takes the word": (
        "3DESは設定できますが、新しいファームウェアでは対応していません"
    ),
    "GCM goes with AES alone": "GCMはAESとだけ組み合わせられます",
    "`no` names no route": "`no`で削除する経路がありません",
    "{}: the device makes an SA for each pair of selectors; here one SA is offered for all, each "
    "network of one side with those of the other": (
        "{}: 装置はセレクタの組ごとにSAを作りますが、ここでは1つのSAで全ネットワークの組み合わせを提案します"
    ),
    "{}: the two sides of selector {} are of different IP versions; no packet fits both": (
        "{}: セレクタ{}の両側のIPバージョンが異なり、一致するパケットがありません"
    ),
    "give both sides networks of one IP version": "両側を同じIPバージョンのネットワークにしてください",
    "{} takes its source from {}, which has no `interface` block": (
        "{}の送信元{}の`interface`ブロックがありません"
    ),
    "{}: `{}` is an IPv{} address, and the tunnel is {} over IPv{}": (
        "{}: `{}`はIPv{}アドレスですが、トンネルの外側は{}のIPv{}です"
    ),
    "write `{}`, or an IPv{} address": "`{}`にするか、IPv{}アドレスにしてください",
    "{}: there is no pre-shared key for {} (there are keys for: {})": (
        "{}: {}の事前共有鍵がありません(鍵があるもの: {})"
    ),
    "`rekey on-demand` is not there yet with version 2: keys are renewed without traffic, too": (
        "version 2の`rekey on-demand`は未対応です。トラフィックがなくてもリキーします"
    ),
    "add `tunnel local name NAME`, and `tunnel remote name NAME` on the other side": (
        "`tunnel local name NAME`を追加し、対向側に`tunnel remote name NAME`を追加してください"
    ),
    "{}: without `tunnel remote name` the peer must say that it is {}": (
        "{}: `tunnel remote name`がないため、対向のIDは{}でなければなりません"
    ),
    "write `tunnel local name {}` on the other side": "対向側に`tunnel local name {}`を設定してください",
    "{}: in main mode a pre-shared key is found by the peer's address, and that is not known here": (
        "{}: メインモードでは事前共有鍵を対向のアドレスで探しますが、対向のアドレスが不定です"
    ),
    "write `version 2` or `version 1 mode aggressive` in the ISAKMP profile {}": (
        "ISAKMPプロファイル{}に`version 2`か`version 1 mode aggressive`を設定してください"
    ),
    "add `tunnel remote name NAME`, and use `version 2`": (
        "`tunnel remote name NAME`を追加し、`version 2`を使ってください"
    ),
    "{} has no {}; it stays down": "{}に{}がなく、確立しません",
    "nobody": "なし",
    "the peer": "対向",
    "peers of unknown address": "アドレス不定の対向",
    "no tunnel is L2TPv3: the port has no effect": ("L2TPv3のトンネルがないため、このポートは無効です"),
    "the bridge {} has no L2TPv3 tunnel as a port: joining its ports is left to the host": (
        "ブリッジ{}にL2TPv3トンネルのポートがないため、ポートの接続はホストに任せます"
    ),
    "no interface is a port of the bridge {}": ("ブリッジ{}のポートになっているインターフェースがありません"),
    "{} is L2TPv3 to a peer of unknown address, who cannot be told apart; it stays down": (
        "{}はアドレス不定の対向とのL2TPv3で、対向を識別できません。トンネルは確立しません"
    ),
    "{}: `{}` is no Session ID of L2TPv3, which is a number from 1 to 4294967295; it stays down": (
        "{}: `{}`はL2TPv3のセッションID(1から4294967295の数)ではありません。トンネルは確立しません"
    ),
    "{}: `` is no Session ID of L2TPv3, which is a number from 1 to 4294967295; it stays down": (
        "{}: 空の値はL2TPv3のセッションID(1から4294967295の数)ではありません。トンネルは確立しません"
    ),
    "write the same number as the other end has on its other side": (
        "対向側の反対側のIDと同じ番号を設定してください"
    ),
    "{} is a port of no bridge: its frames go nowhere": (
        "{}はどのブリッジのポートでもないため、フレームはどこにも届きません"
    ),
    "{} and {} have the same `tunnel local id` {}: nobody can tell their frames apart": (
        "{}と{}の`tunnel local id`が同じ{}です。フレームを区別できません"
    ),
    "give each a number of its own, and the other end the same as `tunnel remote id`": (
        "それぞれに固有の番号を設定し、対向側の`tunnel remote id`も同じ番号にしてください"
    ),
    "there is no bridge {}: the device does not join its ports": (
        "ブリッジ{}がないため、装置はポートを接続しません"
    ),
    "{}: `{}` is an IPv{} address, and the tunnel is L2TPv3 over IPv{}": (
        "{}: `{}`はIPv{}アドレスですが、トンネルはIPv{}上のL2TPv3です"
    ),
    "write `{} ipv{}`, or an IPv{} address": ("`{} ipv{}`と書くか、IPv{}アドレスにしてください"),
}
