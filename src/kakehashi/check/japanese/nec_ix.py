"""NEC UNIVERGE IX."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "{}: the address of the peer is not known, and it is not to begin: nobody can": (
        "{}: 対向のアドレスが不明で、対向からの開始も認めないため、どちらからも開始できません"
    ),
    "take the line out, or write the peer's address in `ikev2 peer`": (
        "この行を削除するか、`ikev2 peer`に対向のアドレスを設定してください"
    ),
    "{}: `{}` is of GRE, and the tunnel is not; the line has no effect": (
        "{}: `{}`はGREの設定で、このトンネルはGREではありません。この行は無効です"
    ),
    "write `tunnel mode gre ip`, or take the line out": (
        "`tunnel mode gre ip`とするか、この行を削除してください"
    ),
    "{}: {} is an IPv6 address, and the tunnel is GRE over IPv4": (
        "{}: {}はIPv6アドレスですが、トンネルはIPv4上のGREです"
    ),
    "write an IPv4 address": "IPv4アドレスを指定してください",
    "add `tunnel destination ADDRESS`": "`tunnel destination アドレス`を追加してください",
    "{} takes its source from {}, which has no `interface` block": (
        "{}の送信元{}の`interface`ブロックがありません"
    ),
    "no log host is told: `syslog ip enable` is missing": (
        "`syslog ip enable`がないため、syslogサーバには送信しません"
    ),
    "add the line": "この行を追加してください",
    "no tunnel binds the profile `{}`": "プロファイル`{}`を使うトンネルがありません",
    "add `ikev2 binding {}` to a tunnel interface": (
        "トンネルインタフェースに`ikev2 binding {}`を追加してください"
    ),
    "give each tunnel an identity of its own": "トンネルごとに固有のIDを設定してください",
    "{}: `{}` is of the other version of IKE than its tunnel mode; the line has no effect": (
        "{}: `{}`はtunnel modeと異なるIKEバージョンの設定です。この行は無効です"
    ),
    "write `tunnel mode ipsec-ikev2`, or take the line out": (
        "`tunnel mode ipsec-ikev2`にするか、この行を削除してください"
    ),
    "write `tunnel mode ipsec`, or take the line out": (
        "`tunnel mode ipsec`にするか、この行を削除してください"
    ),
    "access list {} names ports, and only TCP and UDP have them": (
        "アクセスリスト{}にポートの指定がありますが、ポートがあるのはTCPとUDPだけです"
    ),
    "access list {} of {} permits nothing: no packet goes into the tunnel": (
        "{1}のアクセスリスト{0}に許可する行がなく、トンネルに入るパケットがありません"
    ),
    "the IKE policies `{}` and `{}` have the same peer {}; `{}` is begun with, and in main mode its "
    "key alone is known": (
        "IKEポリシー`{}`と`{}`の対向{}が同じです。`{}`で開始し、メインモードではその鍵だけが使われます"
    ),
    "keep one of them": "どちらか1つにしてください",
    "the IKE policy `{}` is for main mode and a peer of unknown address, and there are several keys "
    "for such peers: in main mode only the first, of `{}`, is tried": (
        "IKEポリシー`{}`はメインモードで対向のアドレスが不定ですが、そのような対向の鍵が複数あります。メ"
        "インモードでは最初の`{}`の鍵だけが使われます"
    ),
    "write `mode aggressive` on both sides, and give each peer an `ike remote-id`": (
        "両側を`mode aggressive`にし、対向ごとに`ike remote-id`を設定してください"
    ),
    "the IKE policies `{}` and `{}` are both for peers of unknown address, and have the same identity "
    "or none; nobody can tell them apart": (
        "IKEポリシー`{}`と`{}`はどちらも対向のアドレスが不定で、IDも同じか未設定のため、区別できません"
    ),
    "add `ike remote-id {} keyid VALUE`, with a value of its own": (
        "固有の値で`ike remote-id {} keyid VALUE`を追加してください"
    ),
    "{} and {} use the same map `{}`; nobody can tell them apart": (
        "{}と{}が同じマップ`{}`を使っており、区別できません"
    ),
    "give each tunnel a map of its own": "トンネルごとにマップを分けてください",
    "no tunnel uses the map `{}`": "マップ`{}`を使うトンネルがありません",
    "add `ipsec policy tunnel {}` to a tunnel interface": (
        "トンネルインタフェースに`ipsec policy tunnel {}`を追加してください"
    ),
    "no map leads to the peer of the IKE policy `{}`": "IKEポリシー`{}`の対向を使うマップがありません",
    "{}: the peer has an unknown address, and so has this device ({}); neither can find the other "
    "(manual 2.22.3)": ("{}: 対向も自装置({})もアドレスが不定です。互いを見つけられません(マニュアル2.22.3)"),
    "give one of them a fixed address, or a name with `peer-fqdn-ipv4`": (
        "どちらかを固定アドレスにするか、`peer-fqdn-ipv4`で名前を設定してください"
    ),
    "{} carries IPv{}, and its map `{}` is for IPv{}": "{}はIPv{}ですが、マップ`{}`はIPv{}用です",
    "make the map `ipv{}`, or lead only IPv{} into the tunnel": (
        "マップを`ipv{}`にするか、IPv{}だけをトンネルに向けてください"
    ),
    "the proposal `{}` relies on {}, which can be broken": "プロポーザル`{}`は解読され得る{}に頼っています",
    "write stronger ones on both sides; left out, it is des, md5, 768-bit": (
        "両側により強いものを設定してください。省略時はdes、md5、768-bitです"
    ),
    "write stronger ones on both sides": "両側により強いものを設定してください",
    "the IKE policy `{}` is for aggressive mode: whoever sees one exchange can guess the key at leisure": (
        "IKEポリシー`{}`はアグレッシブモードです。盗聴者に鍵を推測されるおそれがあります"
    ),
    "use a long random key": "長い乱数の鍵を使ってください",
    "the IKE policy `{}` has NAT traversal and main mode: the device itself does NAT traversal in "
    "aggressive mode only (manual 2.22.7.2); here it works in both": (
        "IKEポリシー`{}`はNATトラバーサルでメインモードですが、装置はアグレッシブモードでしか対応しません"
        "(マニュアル2.22.7.2)。ここではどちらでも動作します"
    ),
    "write `mode aggressive` to do as the device does": "装置に合わせて`mode aggressive`にしてください",
    "{} has no `ipsec policy`; it is no tunnel": "{}に`ipsec policy`がなく、トンネルになりません",
    "{} uses the map `{}`, and there is no such map (there are: {})": (
        "{}が使うマップ`{}`がありません(あるもの: {})"
    ),
    "{} has an `ipsec policy` and no `tunnel mode ipsec`; the tunnel stays down": (
        "{}に`ipsec policy`がありますが`tunnel mode ipsec`がなく、トンネルは確立しません"
    ),
    "{}: nobody can dial in, for it binds no PPP profile": (
        "{}: PPPプロファイルが割り当てられておらず、誰も接続できません"
    ),
    "{} binds the PPP profile `{}`, and there is no such profile (there are: {})": (
        "{}に割り当てられたPPPプロファイル`{}`がありません(あるもの: {})"
    ),
    "add `ppp profile {}`": "`ppp profile {}`を追加してください",
    "add `ppp binding {}`": "`ppp binding {}`を追加してください",
    "add `ppp binding {}` to an interface": "インタフェースに`ppp binding {}`を追加してください",
    "the PPP profile `{}` asks nobody who he is; here CHAP is asked for all the same": (
        "PPPプロファイル`{}`は認証を要求しませんが、ここではCHAPを要求します"
    ),
    "add `authentication request chap`": "`authentication request chap`を追加してください",
    "nobody can dial in: the PPP profile `{}` knows no user": (
        "PPPプロファイル`{}`に利用者がなく、誰も接続できません"
    ),
    "add `authentication password NAME PASSWORD`": (
        "`authentication password NAME PASSWORD`を追加してください"
    ),
    "nobody can dial in: the PPP profile `{}` has no addresses to lend": (
        "PPPプロファイル`{}`に払い出すアドレスがなく、誰も接続できません"
    ),
    "add `ipcp provide-ip-address range FIRST LAST`": (
        "`ipcp provide-ip-address range FIRST LAST`を追加してください"
    ),
    "the range from {} to {} holds no address": "{}から{}の範囲にアドレスがありません",
    "write the smaller address first": "小さいアドレスを先に書いてください",
    "nobody asks that server about who dials in: the users are those of the PPP profile": (
        "接続してくる利用者はこのサーバに問い合わせられません。利用者はPPPプロファイルのものだけです"
    ),
    "add `authentication password NAME PASSWORD` to the profile for each user": (
        "利用者ごとにプロファイルに`authentication password 名前 パスワード`を追加してください"
    ),
    "the line has no effect on who dials in by the PPP profile `{}`": (
        "この行はPPPプロファイル`{}`で接続してくる利用者に効果がありません"
    ),
    "take it out, or end sessions by `clear ppp`": (
        "この行を消すか、`clear ppp`でセッションを切断してください"
    ),
    "{}: the host speaks PPP there, and has its settings": "{}: PPPはホストが行い、設定もホストにあります",
    "no interface binds the PPP profile `{}`": (
        "PPPプロファイル`{}`はどのインタフェースにも割り当てられていません"
    ),
    "{}: who dials in by L2TP proposes transport mode, and here tunnel mode is expected": (
        "{}: L2TPの接続元はトランスポートモードを提案しますが、ここはトンネルモードです"
    ),
    "write `ipsec policy transport {}`": "`ipsec policy transport {}`と書いてください",
    "{}: transport mode with a peer of unknown address is not what the device supports (manual 2.22.3)": (
        "{}: 対向のアドレスが不定の場合、装置はトランスポートモードに対応しません(マニュアル2.22.3)"
    ),
    "{}: `df-bit` is understood, not yet acted on; the outer packet may be fragmented unless the inner "
    "one forbids it": (
        "{}: `df-bit`は解釈しますが未対応です。内側のパケットが禁止しない限り外側は分割され得ます"
    ),
    "`ip napt static` of {} names {}; what arrives here does not match it": (
        "{}の`ip napt static`が{}を指定しており、ここに届くパケットに一致しません"
    ),
    "`{}`: the host's own time holds": "`{}`: ホストの値に従います",
    "{} does not translate: `{}` has no effect there": "{}はNAT/NAPTが無効です。`{}`は効きません",
    "add `ip napt enable`": "`ip napt enable`を追加してください",
    "{} filters with the access list `{}`, and there is none: it permits nothing": (
        "{}のフィルタが参照するアクセスリスト`{}`がありません。何も許可されません"
    ),
    "add `ip access-list {} permit ...`": "`ip access-list {} permit ...`を追加してください",
    "{} translates what the access list `{}` permits, and there is none: nothing is translated": (
        "{}のNAPTが参照するアクセスリスト`{}`がありません。何も変換されません"
    ),
    "`ip napt service {}` says neither protocol nor port, and no service is known by that name": (
        "`ip napt service {}`にプロトコルとポートがなく、その名前のサービスもありません"
    ),
    "write its protocol and port": "プロトコルとポートを設定してください",
    "`ip nat static`: {} and {} are not of one size": "`ip nat static`: {}と{}の大きさが違います",
    "write both with the same prefix": "同じプレフィックス長にしてください",
    "{} is shut down: that is the default": "{}はshutdownです(既定値)",
    "there is no such key that `no` could remove": "`no`で削除する鍵がありません",
    "{} has another key further up; this one holds": "{}には上に別の鍵がありますが、この行が有効です",
    "`{}` is wrong: `id {}` takes an {} address": "`{}`が誤りです。`id {}`には{}アドレスが必要です",
    "for a name write `id fqdn` or `id keyid`": "名前の場合は`id fqdn`か`id keyid`にしてください",
    "there is no such {} that `no` could remove": "`no`で削除する{}がありません",
    "the {} `{}` is defined again in line {}, which holds": (
        "{} `{}`は{}行目で再定義されており、そちらが有効です"
    ),
    "there is no such `{}` that `no` could remove": "`no`で削除する`{}`がありません",
    "`no {}` names no {}; it has no effect": "`no {}`に{}の指定がなく、無効です",
    "`{}` is about the {} `{}`, and there is none of that name (there are: {})": (
        "`{}`の対象の{} `{}`がありません(あるもの: {})"
    ),
    "define `{}`, or take the line out": "`{}`を定義するか、この行を削除してください",
    "nothing uses the {} `{}`": "{} `{}`は使われていません",
    "map": "マップ",
    "IKE proposal": "IKEプロポーザル",
    "IKE policy": "IKEポリシー",
    "autokey proposal": "自動鍵プロポーザル",
    "the IKE policy `{}` names the proposal `{}`, and there is no such proposal (there are: {})": (
        "IKEポリシー`{}`のプロポーザル`{}`がありません(あるもの: {})"
    ),
    "none": "なし",
    "`{}` is wrong: `address` takes an IPv4 or an IPv6 address": (
        "`{}`が誤りです。`address`にはIPv4かIPv6アドレスが必要です"
    ),
    "for a name write `fqdn` or `keyid`": "名前の場合は`fqdn`か`keyid`にしてください",
    "INITIAL-CONTACT goes out with the first SA that a peer gets, not with each": (
        "INITIAL-CONTACTは対向ごとの最初のSAでだけ送信します"
    ),
    "the map `{}` names the access list `{}`, and there is none of that name (there are: {})": (
        "マップ`{}`のアクセスリスト`{}`がありません(あるもの: {})"
    ),
    "the map `{}`: the device drops what the access list `{}` does not permit; here all that routes "
    "lead into the tunnel goes in": (
        "マップ`{}`: 装置はアクセスリスト`{}`が許可しないものを破棄しますが、ここでは経路がトンネルに向く"
        "ものはすべて入ります"
    ),
    "the map `{}` has its identities from the first entry of its access list, as if {} were written": (
        "マップ`{}`のIDは、アクセスリストの最初の行から{}と書いた場合と同じになります"
    ),
    "the map `{}` has the peer {}, and no IKE policy has that peer (they have: {})": (
        "マップ`{}`の対向は{}ですが、その対向のIKEポリシーがありません(あるもの: {})"
    ),
    "the map `{}` is for peers of unknown address, and no IKE policy has such a peer": (
        "マップ`{}`はアドレス不定の対向用ですが、そのようなIKEポリシーがありません"
    ),
    "the map `{}` names the IKE policy `{}`, and there is none of that name (there are: {})": (
        "マップ`{}`のIKEポリシー`{}`がありません(あるもの: {})"
    ),
    "the map `{}` names the proposal `{}`, and there is no such proposal (there are: {})": (
        "マップ`{}`のプロポーザル`{}`がありません(あるもの: {})"
    ),
    "`{}` names {}, and the map is for IPv{} (line {})": (
        "`{}`は{}を指定していますが、マップはIPv{}用です({}行目)"
    ),
    "name a prefix of IPv{}, or make the map `ipv{}`": (
        "IPv{}のプレフィックスにするか、マップを`ipv{}`にしてください"
    ),
    "{} s are more than half of the lifetime {} s of the map `{}`; it is renewed {} s before the end": (
        "{}秒はマップ`{2}`の生存期間{1}秒の半分を超えています。実際には終わりの{3}秒前にリキーします"
    ),
    "local-ts and remote-ts are of different IP versions; no packet fits both": (
        "local-tsとremote-tsのIPバージョンが異なり、一致するパケットがありません"
    ),
    "give both sides prefixes of one IP version": "両側を同じIPバージョンのプレフィックスにしてください",
    "`{}` names a port without a protocol that has ports": (
        "`{}`にポートの指定がありますが、ポートのあるプロトコルの指定がありません"
    ),
    "write `protocol tcp` or `protocol udp` before `port`": (
        "`port`の前に`protocol tcp`か`protocol udp`を書いてください"
    ),
    "the range of ports {} to {} is empty": "ポートの範囲{}から{}は空です",
    "DELETE is suppressed and rekeying is not: renewing the keys fails and traffic stops": (
        "DELETEの送信が抑止され、リキーは抑止されていません。鍵の更新に失敗し、通信が止まります"
    ),
    "transport mode is not there yet; tunnel mode is used": (
        "トランスポートモードは未対応です。トンネルモードになります"
    ),
    "{} has no `{}` that `no` could remove": "{}に`no`で削除する`{}`がありません",
    "{} binds `{}`, and there is no such profile (there are: {})": (
        "{}が使うプロファイル`{}`がありません(あるもの: {})"
    ),
    "{}: nothing says who this device is": "{}: 自装置のIDの設定がありません",
    "add `local-authentication psk id TYPE VALUE` to the default profile": (
        "default-profileに`local-authentication psk id TYPE VALUE`を追加してください"
    ),
    "{}: without `local-authentication` this device is {}": (
        "{}: `local-authentication`がないため、自装置のIDは{}になります"
    ),
    "{}: this device is {}, and that has no key (these have: {})": (
        "{}: 自装置のID {}の鍵がありません(鍵があるもの: {})"
    ),
    "{}: the peer is {}, and that has no key (these have: {})": (
        "{}: 対向のID {}の鍵がありません(鍵があるもの: {})"
    ),
    "{}: {} is {}, and that has no key (these have: {})": "{}: {}のID {}の鍵がありません(鍵があるもの: {})",
    "{} has no `interface` block; it has no address": "{}の`interface`ブロックがなく、アドレスがありません",
    "{}: `{}` comes too late for an unknown address; the default profile answers": (
        "{}: アドレス不定の対向には`{}`は間に合いません。default-profileで応答します"
    ),
    "move `{}` to `ikev2 default-profile`": "`{}`を`ikev2 default-profile`に移してください",
    "{} has no peer; it is no tunnel": "{}に対向の設定がなく、トンネルになりません",
    "`{}` is no place for a certificate: the device takes files of its own storage alone": (
        "`{}`から証明書は取得できません。装置内のファイルだけを指定できます"
    ),
    "write `url file:PATH`": "`url file:パス`と書いてください",
    "{}: this device proves who it is by a certificate, and no line says which; any of the device's "
    "storage is used": (
        "{}: 本装置は証明書で認証されますが、使う証明書の指定がありません。装置内のいずれかの証明書を使います"
    ),
    "{}: the peer is believed by a certificate, and no line says which; any of the device's storage "
    "is used": (
        "{}: 対向を証明書で認証しますが、CA証明書の指定がありません。装置内のいずれかのCA証明書を使います"
    ),
    "add `ikev2 cert mycert name NAME`": "`ikev2 cert mycert name 名前`を追加してください",
    "add `ikev2 cert cacert name NAME`": "`ikev2 cert cacert name 名前`を追加してください",
    "{}: `cert {}` has no effect, for that side has a pre-shared key": (
        "{}: その側は事前共有鍵で認証するため、`cert {}`は無効です"
    ),
    "{} has an IKEv2 peer and no `tunnel mode ipsec-ikev2`; the tunnel stays down": (
        "{}にIKEv2の対向がありますが`tunnel mode ipsec-ikev2`がなく、トンネルは確立しません"
    ),
    "the watch group `{}` is not switched on": "watch-group `{}`が有効になっていません",
    "add `network-monitor {} enable`": "`network-monitor {} enable`を追加してください",
    "the watch group `{}` watches nothing; its actions never come": (
        "watch-group `{}`に監視対象がなく、アクションは実行されません"
    ),
    "add an `event`": "`event`を追加してください",
    "the watch group `{}` withdraws the route to {} and resumes it at the same time: the route stays": (
        "watch-group `{}`は{}への経路の無効化と復旧を同時に行うため、経路は残ります"
    ),
    "take the `resume-route` out: what is withdrawn comes back by itself": (
        "`resume-route`を削除してください。無効化した経路は自動的に復旧します"
    ),
    "event {} names {}, which has no `interface` block": "event {}の{}に`interface`ブロックがありません",
    "event {} watches {}, an address of this device; the device does not do that (manual 2.19.1)": (
        "event {}の監視対象{}は自装置のアドレスです。装置は監視できません(マニュアル2.19.1)"
    ),
    "watch a host behind the interface": "インタフェースの先のホストを監視してください",
    "action {} deletes the SAs of {}, which is no tunnel": "action {}の{}はトンネルではありません",
    "action {} is about a route to {} by {}, and no line sets such a static route": (
        "action {}の{}({}経由)に当たるスタティックルートがありません"
    ),
    "write the prefix and the interface as in `ip route`": (
        "`ip route`と同じ宛先とインタフェースを書いてください"
    ),
    "{}: {} is an IPv{} address, and the tunnel is EtherIP over IPv{}": (
        "{}: {}はIPv{}アドレスですが、トンネルはIPv{}上のEtherIPです"
    ),
}
