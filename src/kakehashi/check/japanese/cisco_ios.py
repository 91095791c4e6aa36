"""Cisco IOS."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "IKEv1 is switched off on the device: {} never comes up": ("装置のIKEv1が無効です: {}は確立しません"),
    "{} has no IPv4 address, own or borrowed: the device leaves out IPv4 routes into it and drops what "
    "comes; here they lead through": (
        "{}にIPv4アドレスがありません(`ip unnumbered`もありません)。装置ではIPv4の経路が有効にならず"
        "受信も破棄されますが、ここでは通します"
    ),
    "add `ip address A MASK` or `ip unnumbered INTERFACE`": (
        "`ip address アドレス マスク`または`ip unnumbered インタフェース`を追加してください"
    ),
    "{} has no `{} nhrp network-id`: the device does no NHRP there, and the other lines of it have no "
    "effect": ("{}に`{} nhrp network-id`がないため、装置はNHRPを動作させません。他の`nhrp`の行も効きません"),
    "add `{} nhrp network-id 1`": "`{} nhrp network-id 1`を追加してください",
    "{}: the device takes no authentication string of NHRP of more than {} characters": (
        "{}: 装置のNHRPの認証文字列は{}文字までです"
    ),
    "write a shorter one on all devices": "すべての装置で短い文字列にしてください",
    "write `crypto isakmp enable`": "`crypto isakmp enable`を設定してください",
    "log hosts in a VRF": "VRF内のsyslogサーバ",
    "TLS profiles: those that the host trusts vouch for a log host": (
        "TLSプロファイル: syslogサーバの証明書はホストが信頼する認証局で検証します"
    ),
    "ikev2 profile {}: there is no trustpoint whose certificates it could use": (
        "ikev2 profile {}: 証明書を使うためのトラストポイントがありません"
    ),
    "policy {}: there is no trustpoint whose certificates it could use; the policy is left out": (
        "ポリシー{}: 証明書を使うためのトラストポイントがないため、このポリシーは使いません"
    ),
    "trustpoint {}: SCEP is not there yet": "トラストポイント{}: SCEPは未対応です",
    "there are certificates of the trustpoint {}, and there is no such trustpoint": (
        "トラストポイント{}の証明書がありますが、そのトラストポイントがありません"
    ),
    "add `crypto pki trustpoint {}`": "`crypto pki trustpoint {}`を追加してください",
    "the certificate of {} is in a file of the device, {}": "{}の証明書は装置内のファイル{}にあります",
    "import it with `kakehashi pki`": "`kakehashi pki`で取り込んでください",
    "this is no fingerprint: it has 32 digits and letters from 0 to F (MD5), 40 (SHA-1) or 64 (SHA-256)": (
        "フィンガープリントではありません。0からFの32桁(MD5)、40桁(SHA-1)または64桁(SHA-256)です"
    ),
    "ikev2 profile {}: the peer has a pre-shared key and no certificate that could fit": (
        "ikev2 profile {}: 相手は事前共有鍵を使うため、条件に合わせる証明書がありません"
    ),
    "import the certificates with `kakehashi pki`": "`kakehashi pki`で証明書を取り込んでください",
    "add `crypto pki trustpoint NAME`": "`crypto pki trustpoint 名前`を追加してください",
    "there is no tracked object {} that could be understood; the route is always there": (
        "解釈できるtrack {}がないため、経路は常に有効です"
    ),
    "define `track {} ip sla ...`": "`track {} ip sla ...`を定義してください",
    "no tracked object looks at the operation {}": "IP SLA {}を参照するtrackがありません",
    "`ip sla schedule` starts the operation {}, and there is none of that number": (
        "`ip sla schedule`が開始するIP SLA {}がありません"
    ),
    "define `ip sla {}`": "`ip sla {}`を定義してください",
    "the operation {} is not always to run; here it runs from the start to the end": (
        "IP SLA {}は常時実行の設定ではありませんが、ここでは起動から終了まで実行します"
    ),
    "write `ip sla schedule {} life forever start-time now`": (
        "`ip sla schedule {} life forever start-time now`と書いてください"
    ),
    "the tracked object {} looks at {}, which has no `interface` block": (
        "track {}が参照する{}に`interface`ブロックがありません"
    ),
    "nothing hangs on the tracked object {}": "track {}を使う経路がありません",
    "the tracked object {} looks at the operation {}, and {}; what hangs on it is always there": (
        "track {}が参照するIP SLA {}が使えません({})。これを使う経路は常に有効です"
    ),
    "there is none of that number": "その番号がありません",
    "it asks nobody that could be understood": "監視先を解釈できません",
    "define `ip sla {}` with `icmp-echo`": "`icmp-echo`を持つ`ip sla {}`を定義してください",
    "nothing starts the operation {}: what hangs on it is never there": (
        "IP SLA {}が開始されないため、これを使う経路は有効になりません"
    ),
    "add `ip sla schedule {} life forever start-time now`": (
        "`ip sla schedule {} life forever start-time now`を追加してください"
    ),
    "the threshold of the operation {} is larger than its timeout: the device refuses that": (
        "IP SLA {}のthresholdがtimeoutより大きく、装置は受け付けません"
    ),
    "make `threshold` the smaller one": "`threshold`を小さくしてください",
    "the operation {} takes its address from {}, which has no `interface` block": (
        "IP SLA {}の送信元{}に`interface`ブロックがありません"
    ),
    "access list {}: `{}` is not there yet; the entry is left out": (
        "アクセスリスト{}: `{}`は未対応です。この行は無視します"
    ),
    "access list {}: the groups of the line stand for more than {} pairs of addresses; the entry is "
    "left out": ("アクセスリスト{}: この行のグループはアドレスの組が{}を超えます。この行は無視します"),
    "`{}` names ports, and `{}` has none": "`{}`にポートの指定がありますが、`{}`にポートはありません",
    "write `tcp` or `udp`": "`tcp`か`udp`にしてください",
    "`{}` takes {} port(s)": "`{}`のポートの数は{}です",
    "there is no group `{}`": "グループ`{}`がありません",
    "add `ip route ... {}`, or a default route": "`ip route ... {}`かデフォルトルートを追加してください",
    "route it by {}": "{}への経路にしてください",
    "nobody uses the {} `{}`": "{} `{}`は使われていません",
    "{} and {} take the same traffic ({} to {}): {} comes first and takes all of it": (
        "{}と{}の対象トラフィックが同じです({}から{})。先にある{}がすべてを処理します"
    ),
    "{} filters with the access list `{}`, and there is none: the device lets everything pass": (
        "{}のアクセスリスト`{}`がありません。装置はすべてを通します"
    ),
    "no route leads to {}: it never comes to {}, and so not into {}": (
        "{}への経路がありません。{}から送信されないため、{}に入りません"
    ),
    "what is for {} leaves by {}; {} takes what leaves by {}": (
        "{}宛は{}から送信されますが、{}の対象は{}からの送信です"
    ),
    "{} bears one crypto map: that of line {} takes the place of this one": (
        "{}に適用できるcrypto mapは1つです。{}行目のものが有効になります"
    ),
    "no interface bears the crypto map `{}`: it does nothing": (
        "crypto map `{}`がどのインタフェースにも適用されておらず、動作しません"
    ),
    "add `crypto map {}` to the interface towards the peer": (
        "対向側のインタフェースに`crypto map {}`を追加してください"
    ),
    "{}: in IKEv2 its access list is a list of networks on either side; what it denies after a line "
    "that permits goes into the tunnel all the same": (
        "{}: IKEv2ではアクセスリストは両側のネットワークの一覧です。permitの後にdenyしたものもトンネルに"
        "入ります"
    ),
    "deny first, then permit": "先にdenyし、後でpermitしてください",
    "{} matches the standard access list `{}`, which names no destinations": (
        "{}の標準アクセスリスト`{}`には宛先がありません"
    ),
    "use an extended access list": "拡張アクセスリストを使ってください",
    "{} matches the access list `{}`, which permits nothing: nothing is protected": (
        "{}のアクセスリスト`{}`にpermitがなく、何も保護されません"
    ),
    "crypto map {} has no {}: the device leaves it disabled": (
        "crypto map {}に{}がなく、装置は無効のままにします"
    ),
    "peer (`set peer ADDRESS`)": "対向(`set peer ADDRESS`)",
    "access list (`match address NAME`)": "アクセスリスト(`match address NAME`)",
    "peer (`set peer ADDRESS`), access list (`match address NAME`)": (
        "対向(`set peer ADDRESS`)とアクセスリスト(`match address NAME`)"
    ),
    "add what is missing": "足りないものを追加してください",
    "crypto map {} takes the address of {}, which has no `interface` block": (
        "crypto map {}がアドレスを使う{}の`interface`ブロックがありません"
    ),
    "nobody can dial in: VPDN is off": "VPDNが無効で、誰も接続できません",
    "add `vpdn enable`": "`vpdn enable`を追加してください",
    "the group's callers have no interface to be made after": (
        "このグループの接続元に使うVirtual-Templateがありません"
    ),
    "add `virtual-template 1` below `accept-dialin`, and `interface Virtual-Template1`": (
        "`accept-dialin`の下に`virtual-template 1`を、また`interface Virtual-Template1`を追加してください"
    ),
    "{} asks nobody who he is; here MS-CHAPv2 or CHAP is asked for all the same": (
        "{}は認証を要求しませんが、ここではMS-CHAPv2かCHAPを要求します"
    ),
    "add `ppp authentication ms-chap-v2 chap`": "`ppp authentication ms-chap-v2 chap`を追加してください",
    "nobody can dial in: {} has no addresses to lend": "{}に払い出すアドレスがなく、誰も接続できません",
    "add `ip local pool {} FIRST LAST`": "`ip local pool {} FIRST LAST`を追加してください",
    "add `peer default ip address pool NAME`": "`peer default ip address pool NAME`を追加してください",
    "the pool {} holds no address": "プール{}にアドレスがありません",
    "write FIRST and LAST": "先頭と末尾のアドレスを書いてください",
    "the password of {} is of type {}: it cannot be read, and {} cannot dial in": (
        "{}のパスワードはタイプ{}で読めないため、{}は接続できません"
    ),
    "write it as `password 0`": "`password 0`で書いてください",
    "L2TP's own authentication is on and has no password, so the device refuses laptops and phones; "
    "here it is not asked for": (
        "L2TP自身の認証が有効でパスワードがなく、装置はPCやスマートフォンを拒否します。ここでは要求しません"
    ),
    "the RADIUS server has no address of IPv4, or no key that can be read: nobody asks it": (
        "RADIUSサーバのIPv4アドレスか、読める鍵がなく、問い合わせません"
    ),
    "add `address ipv4 ADDRESS` and `key SECRET`": ("`address ipv4 ADDRESS`と`key SECRET`を追加してください"),
    "there is no list `aaa authentication ppp {}`: here the users of the configuration are known": (
        "リスト`aaa authentication ppp {}`がありません。ここではコンフィグの利用者だけが使えます"
    ),
    "add `aaa authentication ppp {} METHOD`": "`aaa authentication ppp {} 方式`を追加してください",
    "there is no group of RADIUS servers {}: nobody asks it": (
        "RADIUSサーバグループ{}がなく、問い合わせません"
    ),
    "add `aaa group server radius {}`": "`aaa group server radius {}`を追加してください",
    "nobody can dial in: no user is known": "利用者がなく、誰も接続できません",
    "add `username NAME password 0 PASSWORD`": "`username 名前 password 0 パスワード`を追加してください",
    "of {} only a hash of the password is kept: {} logs in to the device, and cannot dial in by CHAP or "
    "MS-CHAPv2": (
        "{}はパスワードのハッシュしか保存されていません。{}は装置にログインできますが、CHAPやMS-CHAPv2では"
        "接続できません"
    ),
    "add `username {} password 0 PASSWORD` if {} is to dial in": (
        "{1}が接続する場合は`username {0} password 0 パスワード`を追加してください"
    ),
    "people dial in by one group: this one, the second that accepts L2TP, has no effect here": (
        "接続を受けるグループは1つです。L2TPを受ける2つ目のこのグループはここでは効果がありません"
    ),
    "the device asks RADIUS before its own users; here its own users ({}) are never asked about elsewhere, "
    "and come in whatever RADIUS says": (
        "装置は自身の利用者より先にRADIUSに問い合わせますが、ここではコンフィグの利用者({})は問い合わせられず、"
        "RADIUSの結果によらず接続できます"
    ),
    "take the users out whom RADIUS knows": "RADIUSにいる利用者はコンフィグから消してください",
    "take out the group that is not meant": "不要なグループを消してください",
    "add `no l2tp tunnel authentication`": "`no l2tp tunnel authentication`を追加してください",
    "nobody can dial in: no dynamic crypto map is in transport mode, and where there is one, nobody "
    "is answered without IPsec": (
        "トランスポートモードのダイナミッククリプトマップがなく、誰も接続できません。ダイナミッククリプトマップがある場合、"
        "IPsecなしの接続には応答しません"
    ),
    "people dial in without IPsec: whoever is on the way reads what they send and receive": (
        "IPsecなしで接続を受け付けます。経路上の誰もが通信内容を読めます"
    ),
    "put a dynamic crypto map with `mode transport` on the interface towards them": (
        "接続を受けるインタフェースに、`mode transport`のダイナミッククリプトマップを設定してください"
    ),
    "there is no pool of prefixes {}: who dials in has link-local addresses of IPv6 alone": (
        "プレフィックスのプール{}がありません。接続者にはIPv6のリンクローカルアドレスのみが与えられます"
    ),
    "the pool {} lends no prefixes of 64 bits, from which alone a host makes its addresses: who dials in "
    "has link-local addresses of IPv6 alone": (
        "プール{}は64ビットのプレフィックスを払い出しません。接続者にはIPv6のリンクローカルアドレスのみが与えられます"
    ),
    "add `ipv6 local pool {} 2001:db8::/48 64`, with a network of yours": (
        "`ipv6 local pool {} 2001:db8::/48 64`を、ご自身のネットワークで追加してください"
    ),
    "add `mode transport` to its transform sets": (
        "トランスフォームセットに`mode transport`を追加してください"
    ),
    "crypto map {}: transport mode is for traffic between the two ends themselves; what its access "
    "list takes goes in tunnel mode": (
        "crypto map {}: トランスポートモードは装置間の通信にだけ使われます。アクセスリストの対象はトンネ"
        "ルモードになります"
    ),
    "{} has several peers: we begin with {} alone; from {} a negotiation is answered, but none is "
    "begun with it when the first is dead": (
        "{}に複数の対向があります。こちらからは{}とだけ開始します。{}からの要求には応答しますが、障害時に"
        "切り替えて開始することはありません"
    ),
    "{}: what the selectors take goes into the tunnel without a route; none is added": (
        "{}: 対象トラフィックは経路がなくてもトンネルに入ります。経路は追加されません"
    ),
    "ikev2 profile {} is for another address of ours than {}, which {} has: the device does not use it "
    "for this tunnel": ("ikev2 profile {}の自装置アドレスは{2}の{1}と異なり、このトンネルには使われません"),
    "ikev2 profile {} has no `authentication {}`: the device does not use it": (
        "ikev2 profile {}に`authentication {}`がなく、装置はこれを使いません"
    ),
    "ikev2 profile {}: `authentication {} {}` is not there yet; {} stays down": (
        "ikev2 profile {}: `authentication {} {}`は未対応です。{}は確立しません"
    ),
    "{}: there is no pre-shared key for the peer in the ikev2 profile {}": (
        "{}: ikev2 profile {}に対向の事前共有鍵がありません"
    ),
    "add `keyring local NAME` with a `peer` that has its address": (
        "対向のアドレスを持つ`peer`のあるkeyringを`keyring local NAME`で指定してください"
    ),
    "the peer {} of the keyring has no key for the {} side": "keyringのpeer {}に{}側の鍵がありません",
    "ikev2 profile {}: keys of a server are not there yet": "ikev2 profile {}: サーバの鍵は未対応です",
    "the name in a certificate is not there yet; our address is our identity": (
        "証明書の名前は未対応です。自装置のアドレスをIDとします"
    ),
    "ikev2 profile {} matches no identity: the device does not use it": (
        "ikev2 profile {}に`match identity`がなく、装置はこれを使いません"
    ),
    "ikev2 profile {}: a peer of unknown address that may be anybody of a group is not there yet": (
        "ikev2 profile {}: アドレス不定でグループの誰でもよい対向は未対応です"
    ),
    "match one identity": "IDを1つ指定してください",
    "ikev2 profile {} takes several identities; here the peer must be {}": (
        "ikev2 profile {}は複数のIDに一致しますが、ここでは対向は{}でなければなりません"
    ),
    "ikev2 proposal {} has no {}: the device does not use it; here the default is taken for it": (
        "ikev2 proposal {}に{}がなく、装置はこれを使いません。ここでは既定値で補います"
    ),
    "{}: an address made of the MAC address is not there yet; the line has no effect": (
        "{}: MACアドレスから作るアドレスは未対応です。この行は無効です"
    ),
    "write the whole address": "アドレス全体を書いてください",
    "{}: tunnels made for each client are not there yet; the block has no effect": (
        "{}: クライアントごとのトンネルは未対応です。このブロックは無効です"
    ),
    "put it on a tunnel interface": "トンネルインタフェースに設定してください",
    "no `crypto isakmp policy` is written: the built-in policies of newer releases are offered "
    "(AES-128 with group 5, then 3DES with group 2; SHA before MD5); older releases offer DES, SHA, "
    "group 1 with certificates alone": (
        "`crypto isakmp policy`がありません。新しいリリースの内蔵ポリシー(AES-128とグループ5、次に3DESと"
        "グループ2。SHAが先、MD5が後)を提案します。古いリリースは証明書でDES、SHA、グループ1だけを提案し"
        "ます"
    ),
    "write the policy that both sides mean": "両側で使うポリシーを書いてください",
    "no `crypto isakmp policy` is written, and the built-in ones are switched off": (
        "`crypto isakmp policy`がなく、内蔵ポリシーも無効になっています"
    ),
    "policy {} says nothing of {}: the device takes {}": "policy {}に{}の設定がなく、既定値の{}になります",
    "encryption": "暗号化アルゴリズム(encryption)",
    "hash": "ハッシュアルゴリズム(hash)",
    "group": "DHグループ(group)",
    "policy {} says nothing of authentication, and the device takes rsa-sig: no pre-shared key is used "
    "with it, and there is no trustpoint; the policy is left out": (
        "policy {}にauthenticationの設定がなく、既定値のrsa-sigになります。事前共有鍵は使われず、"
        "トラストポイントがないため、このポリシーは無視します"
    ),
    "policy {}: `authentication {}` is not there yet; the policy is left out": (
        "policy {}: `authentication {}`は未対応です。このポリシーは無視します"
    ),
    "the key is not one of type 7": "タイプ7の鍵ではありません",
    "the key is encrypted (type 6) with the device's own master key, and cannot be read here": (
        "鍵が装置固有のマスタ鍵で暗号化されており(タイプ6)、ここでは読めません"
    ),
    "the key for {} is set again in line {}, which holds": (
        "{}の鍵は{}行目で再設定されており、そちらが有効です"
    ),
    "translation to a pool of addresses is not there yet; it is left out": (
        "アドレスプールへの変換は未対応です。この行は無視します"
    ),
    "{} is not the outside of translation: nothing is translated": (
        "{}がNATの外側になっておらず、変換されません"
    ),
    "no interface is the inside of translation: nothing is translated": (
        "内側(`ip nat inside`)のインタフェースがありません。何も変換されません"
    ),
    "add `ip nat inside` to the interface of the LAN": (
        "LAN側インタフェースに`ip nat inside`を追加してください"
    ),
    "the {} {} translates nothing": "{}{}はどの変換にも使われていません",
    "nothing is translated, so that no time counts": "変換が無いため、この値は使われません",
    "add `ip nat pool {} FIRST LAST netmask MASK`": (
        "`ip nat pool {} 先頭 末尾 netmask マスク`を追加してください"
    ),
    "the route map of a fixed translation is not there yet: all that the host sends is translated": (
        "静的変換の`route-map`は未対応です。その端末の送信はすべて変換されます"
    ),
    "a prefix is written as /24": "プレフィックスは/24のように書きます",
    "write its length so": "長さをそのように書いてください",
    "add `route-map {} permit 10`": "`route-map {} permit 10`を追加してください",
    "the route map {} says more than access lists can: what it takes is not translated": (
        "ルートマップ{}はアクセスリストで表せません。その対象は変換されません"
    ),
    "write what is translated as one access list": "変換対象を1つのアクセスリストで設定してください",
    "add `ip nat outside` to {}": "{}に`ip nat outside`を追加してください",
    "a fixed translation is not there yet; the line has no effect": "静的変換は未対応です。この行は無効です",
    "the access list {} also translates what {} should take ({} to {}): the device translates first, "
    "and then the packets fit no tunnel; here they go into the tunnel untranslated": (
        "アクセスリスト{}は{}の対象({}から{})もNAT変換します。装置は先に変換するため、パケットがトンネル"
        "の対象から外れます。ここでは変換せずにトンネルに入れます"
    ),
    "deny {} to {} before it permits": "permitの前に{}から{}をdenyしてください",
    "{}: there is no pre-shared key for {} (there is one for: {})": (
        "{}: {}の事前共有鍵がありません(鍵があるもの: {})"
    ),
    "{}: there is no pre-shared key for {}{} (there is one for: {})": (
        "{}: {}の事前共有鍵がありません{}(鍵があるもの: {})"
    ),
    "the peer {} is met in aggressive mode, and no password is set for it": (
        "対向{}にはアグレッシブモードを使いますが、パスワードの設定がありません"
    ),
    "isakmp profile {} matches no identity: the device does not use it": (
        "isakmp profile {}に`match identity`がなく、装置はこれを使いません"
    ),
    "isakmp profile {}: all peers of a domain are not there yet; the line has no effect": (
        "isakmp profile {}: ドメイン全体の指定は未対応です。この行は無効です"
    ),
    "{} is for peers of unknown address, and there is no key for any": (
        "{}はアドレス不定の対向用ですが、任意の対向用の鍵がありません"
    ),
    "transform set {}: `{}` is not there yet; it is left out": (
        "transform set {}: `{}`は未対応です。無視します"
    ),
    "transform set {} has authentication of ESP without a cipher": (
        "transform set {}にESPの認証アルゴリズムがありますが、暗号化アルゴリズムがありません"
    ),
    "add `esp-null`, or the cipher that is meant": "`esp-null`か、使う暗号化アルゴリズムを追加してください",
    "transform set {}: GCM and GMAC authenticate by themselves; the device refuses another": (
        "transform set {}: GCMとGMACは認証を兼ねるため、装置は別の認証アルゴリズムを拒否します"
    ),
    "take the `-hmac` word away": "`-hmac`の語を削除してください",
    "transform set {} has AH and ESP, and IKEv2 makes one of them for an SA (RFC 7296 section 3.3); it is "
    "left out": (
        "transform set {}はAHとESPの両方を含みますが、IKEv2では1つのSAにどちらか一方しか使えません"
        "(RFC 7296 3.3章)。このセットは使われません"
    ),
    "take the `ah-` word away, or give AH a transform set of its own": (
        "`ah-`で始まる語を外すか、AHだけのtransform setを別に作ってください"
    ),
    "transform set {} encrypts and does not authenticate: whoever changes a packet is not found out "
    "(RFC 8221 section 6)": (
        "transform set {}は暗号化だけで認証がなく、改ざんを検出できません(RFC 8221 6章)"
    ),
    "add `esp-sha-hmac`, or a longer one": "`esp-sha-hmac`か、より長いものを追加してください",
    "{} names no transform set: newer releases take esp-aes esp-sha-hmac, older ones make no SA": (
        "{}にtransform setの指定がありません。新しいリリースはesp-aes esp-sha-hmacとし、古いリリースはSA"
        "を作りません"
    ),
    "`{}` is wrong: a window of 64, 128, 256, 512 or 1024": (
        "`{}`が誤りです。ウィンドウは64、128、256、512、1024のいずれかです"
    ),
    "{} has bits beyond its mask: the device refuses the route": (
        "{}はマスクの外のビットが立っており、装置は経路を拒否します"
    ),
    "{} has a range of ports: IKEv1 has one port or all, and the SA cannot be made": (
        "{}にポートの範囲があります。IKEv1では1つか全部しか指定できず、SAを作れません"
    ),
    "write one line for each port, or none": "ポートごとに1行にするか、ポートを指定しないでください",
    "access list {} of {}: what this line denies and a later one permits goes into the tunnel all the "
    "same: {} cannot be excepted": (
        "{1}のアクセスリスト{0}: この行がdenyし後の行がpermitするものもトンネルに入ります。{2}は除外でき"
        "ません"
    ),
    "permit what is meant, line by line": "対象を1行ずつpermitしてください",
    "access list {} of {} has a wildcard mask with gaps: no identity of IKE can say so": (
        "{1}のアクセスリスト{0}のワイルドカードマスクが連続しておらず、IKEのIDで表せません"
    ),
    "write one line for each network": "ネットワークごとに1行にしてください",
    "{}: `established` and `fragments` say nothing to IKE; all of the line's traffic is meant": (
        "{}: `established`と`fragments`はIKEでは表せません。この行の全トラフィックが対象になります"
    ),
    "{}: a type of ICMP is not told to the peer; all of ICMP is meant": (
        "{}: ICMPのタイプは対向に伝わりません。ICMP全体が対象になります"
    ),
    "{}: `tunnel route-via` as a preference is not there yet; the whole routing table decides": (
        "{}: 優先指定の`tunnel route-via`は未対応です。ルーティングテーブル全体で決まります"
    ),
    "add `mandatory` where the tunnel is to leave by that interface alone": (
        "そのインタフェースだけから送出する場合は`mandatory`を追加してください"
    ),
    "{} has no `tunnel destination`; it stays down": "{}に`tunnel destination`がなく、確立しません",
    "{}: a destination from a server is not there yet; the tunnel stays down": (
        "{}: サーバから得る宛先は未対応です。トンネルは確立しません"
    ),
    "{} has no `tunnel source`: the device leaves it down; here the route decides": (
        "{}に`tunnel source`がなく、装置では確立しません。ここでは経路から決めます"
    ),
    "{}: nothing tells where the next hop server {} is below the tunnel": (
        "{}: next hop server {}の、トンネルの外側のアドレスが指定されていません"
    ),
    "{}: a next hop server is known by its address in the tunnel; `dynamic` is not there yet: the line has "
    "no effect": (
        "{}: next hop serverはトンネル内のアドレスで指定します。`dynamic`は未対応です。この行は無効です"
    ),
    "{}: a tunnel of many peers has nobody to send keepalives to; the line has no effect": (
        "{}: 多対多のトンネルにはkeepaliveの送り先がありません。この行は無効です"
    ),
    "take `keepalive` out; who registers by NHRP is known to be there": (
        "`keepalive`を削除してください。NHRPの登録により相手の存在が分かります"
    ),
    "{}: `{}` on a tunnel between two ends is not there yet; the line has no effect": (
        "{}: 2点間トンネルでの`{}`は未対応です。この行は無効です"
    ),
    "make it `tunnel mode gre multipoint`": "`tunnel mode gre multipoint`にしてください",
    "{}: {} is an IPv{} address, and the tunnel is GRE over IPv{}": (
        "{}: {}はIPv{}アドレスですが、トンネルはIPv{}上のGREです"
    ),
    "write `tunnel mode gre {}`, or an IPv{} address": (
        "`tunnel mode gre {}`とするか、IPv{}アドレスを指定してください"
    ),
    "{}: the answer to a keepalive comes outside of IPsec, so that the device takes the tunnel down; "
    "none is sent here": (
        "{}: キープアライブの応答はIPsecの外を通るため、装置ではトンネルがダウンします。ここでは送信しません"
    ),
    "take `keepalive` out; DPD (`crypto ikev2 dpd`, `crypto isakmp keepalive`) finds a peer that is gone": (
        "`keepalive`を削除し、DPD(`crypto ikev2 dpd`、`crypto isakmp keepalive`)を使用してください"
    ),
    "{} has no `tunnel mode`, so it is GRE with IPsec, which is not there yet; the tunnel stays down": (
        "{}に`tunnel mode`がないためIPsec付きのGREになりますが、未対応です。トンネルは確立しません"
    ),
    "{} is an IPsec tunnel without `tunnel protection ipsec profile`; it stays down": (
        "{}はIPsecトンネルですが`tunnel protection ipsec profile`がなく、確立しません"
    ),
    "{}: a tunnel of its own carries whole packets, in tunnel mode; transport mode has no effect": (
        "{}: トンネルインタフェースはパケット全体をトンネルモードで運びます。トランスポートモードは無効です"
    ),
    "{} names the crypto map `{}`, and there is no such crypto map ({})": (
        "{}のcrypto map `{}`がありません({})"
    ),
    "{}: {}; it stays down": ("{}: {}。この疑似回線は確立しません"),
    "nobody uses the {} {}": ("{} {}は使われていません"),
    "`xconnect` needs the peer's address and a number": ("`xconnect`には対向のアドレスと番号が必要です"),
    "only L2TPv3 is there, and no other encapsulation": ("L2TPv3以外のカプセル化は未対応です"),
    "frames of one VLAN by L2TPv3 are not there yet": ("L2TPv3による1つのVLANのフレームは未対応です"),
}
