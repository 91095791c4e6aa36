"""What `translate` and `mirror` say of a text that they have written: what it does not say, and why."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "path monitoring {} asks from {}: {} is no interface there": (
        "経路監視{}は{}を送信元にします: {}は変換先ではインタフェースになりません"
    ),
    "the route to {} by {} is a reserve, and the entry of a crypto map that {} becomes has no route: all "
    "goes by {}": (
        "{1}への{0}の経路は予備ですが、{2}はcrypto mapのエントリになり経路を持たないため、すべて{3}を通ります"
    ),
    "let {} be a tunnel for any network, or take the reserve out": (
        "{}のIDを全ネットワークにするか、予備の経路を削除してください"
    ),
    # What a far end cannot know.
    "its name; {} is made up": "装置名。{}は仮の値です",
    "who {} says it is: its address is not known": "{}が名乗るID。アドレスが分かりません",
    "which port it is, its mask (/{}) and the next hop {}": "ポート、マスク(/{})、ネクストホップ{}",
    "this end's address, which is not known here; {} is made up": (
        "こちら側のアドレス。ここでは分からないため{}を仮の値としています"
    ),
    "this end is behind a NAT ({} is private): the far end waits for it": (
        "こちら側はNATの内側です({}はプライベートアドレス)。対向は待ち受けます"
    ),
    "this end's address is not known here: the far end waits for it (peer of any address)": (
        "こちら側のアドレスが分からないため、対向は待ち受けます(任意のアドレスのピア)"
    ),
    "which of {} peers it is: {} is taken": "{}台のピアのうちどれか。{}としています",
    "its address in the tunnel; {} is made up": "トンネル内のアドレス。{}は仮の値です",
    "its address below the tunnel; {} is one that is let in": (
        "トンネルの外側のアドレス。{}は許可されているものの1つです"
    ),
    "which of {} peers it is: {} is taken; the endpoints of the others, and the keys between them": (
        "{}台のピアのうちどれか。{}としています。他のピアのアドレスと、その間の鍵"
    ),
    "the names and passwords of the login (XAUTH)": "ログイン(XAUTH)のユーザ名とパスワード",
    "which port it is; its LAN is that of this side, and the router has no address in it": (
        "ポート。LANはこちら側と同じもので、ルータはそこにアドレスを持ちません"
    ),
    "which port it is, and the far end's address: it is taken by DHCP": (
        "ポートと、対向のアドレス。DHCPで取得します"
    ),
    "which port faces this side": "こちら側に面するポート",
    "which port it is, and the far end's own network: {} is made up": (
        "ポートと、対向のネットワーク。{}は仮の値です"
    ),
    "which port it is, and its address in its network ({})": "ポートと、そのネットワーク({})でのアドレス",
    "where its other networks are: {}": "その他のネットワークの場所: {}",
    # Why, in every language.
    "nothing of it is written": "何も出力していません",
    "out of range": "範囲外です",
    "it is out of range": "範囲外です",
    "not translated": "変換していません",
    "it is not written for the device": "この装置向けには出力していません",
    "they are left out": "省略しました",
    "the device has no setting for it": "この装置に設定項目がありません",
    "the device has no words for it": "この装置に該当するコマンドがありません",
    "the device does not have it": "この装置にはありません",
    "the device has none": "この装置にはありません",
    "the device has none of them": "この装置にはいずれもありません",
    "the device has none of them; its own hold": "この装置にはいずれもなく、装置の既定値になります",
    "the device has none; its own hold": "この装置にはなく、装置の既定値になります",
    "the device has one for both": "この装置では両者に共通です",
    "the device has one for all": "この装置では全体で1つです",
    "the device has one for all of its log hosts": "この装置では全ログホストで1つです",
    "the device has one level for all": "この装置では全体で1つのレベルです",
    "it holds for all": "全体に適用されます",
    "it holds for all of them": "全体に適用されます",
    "it is of all": "全体に適用されます",
    "it is on for all": "全体で有効です",
    "there is none": "ありません",
    "it is not one word": "1語ではありません",
    "its name is not one word": "名前が1語ではありません",
    "its key is not one word": "鍵が1語ではありません",
    "it is one word of text": "1語の文字列です",
    "it is not one word of text": "1語の文字列ではありません",
    "a key is one word of text": "鍵は1語の文字列です",
    "it is longer than {} octets": "{}オクテットを超えています",
    "it is not kept here": "ここには保存されていません",
    "one holds": "1つだけが有効です",
    "it is {} to {}": "範囲は{}～{}です",
    "it is {} to {}: {} is written": "範囲は{}～{}で、{}を出力しました",
    "it must be {} to {}": "範囲は{}～{}です",
    "{} is written": "{}を出力しました",
    "the first is written": "最初のものを出力しました",
    "one of {} s is written": "{}秒を出力しました",
    "{} octets are written": "{}オクテットを出力しました",
    "the device takes it along": "この装置では一緒に受け取ります",
    "the device takes it along, with distance 254": "この装置では一緒に受け取ります(ディスタンス254)",
    "it is written as several lines": "複数の行に分けて出力しました",
    "it is written as several prefixes": "複数のプレフィックスに分けて出力しました",
    "it leads nowhere": "宛先がありません",
    "no interface has it": "そのアドレスを持つインタフェースがありません",
    "no interface has that address": "そのアドレスを持つインタフェースがありません",
    "nothing says with whom": "相手がどこにも指定されていません",
    # Interfaces, routes, filters, translation.
    "the pseudowire {}": "疑似回線{}",
    "pseudowire {} by {}": "疑似回線{}({})",
    "the device has L2TPv3 over IP alone, with a number, for all frames of a port, to a fixed address": (
        "この装置にあるのはIP上のL2TPv3だけで、番号を付け、ポートの全フレームを固定アドレスの相手に運びます"
    ),
    "the control connection of {} waits for the peer": "{}の制御コネクションは相手を待ちます",
    "either end begins": "どちらの側からも開始します",
    "the secret of the control connection of {}": "{}の制御コネクションのシークレット",
    "the many peers of {}": "{}の多数のピア",
    "{}: many peers without GRE": "{}: GREなしの多数のピア",
    "the device has them with GRE only": "この装置ではGREでのみ可能です",
    "access list {}": "アクセスリスト{}",
    "the lists {}": "アクセスリスト{}",
    "filters are not translated for AlliedWare Plus": "フィルタはAlliedWare Plus向けに変換しません",
    "filter {} on {}": "{1}のフィルタ{0}",
    "filter {} for what {} itself sends": "{1}自身が送信するパケットのフィルタ{0}",
    "the device looks at what it forwards only": "この装置は転送するパケットだけを検査します",
    "path monitoring {}": "経路監視{}",
    "the device does it by triggers and scripts": "この装置ではトリガとスクリプトで行います",
    "DELETE for packets of an SA that is gone": "存在しないSAのパケットに対するDELETE",
    "route to {}": "{}への経路",
    "route to {} by track {}": "track {1}による{0}への経路",
    "metric {} of {}": "{1}のメトリック{0}",
    "{} takes no default route from router advertisements": "{}はRAからデフォルトルートを取得しません",
    "{} takes no default route from DHCP": "{}はDHCPからデフォルトルートを取得しません",
    "the IPv6 address of {} by DHCP": "{}のDHCPによるIPv6アドレス",
    "the device wants a profile for it: `ipv6 dhcp client PROFILE`": (
        "この装置ではプロファイルが必要です: `ipv6 dhcp client PROFILE`"
    ),
    "address translation on {}": "{}のアドレス変換",
    "the device has it in its firewall (`nat`, with zones), which is not translated": (
        "この装置ではファイアウォール(`nat`、ゾーン)の機能で、変換していません"
    ),
    "protocol {} goes to {}": "プロトコル{}を{}に転送",
    "the device translates TCP, UDP and ESP so, or all of a host": (
        "この装置ではTCP、UDP、ESP、またはホスト全体だけを変換できます"
    ),
    "what the device itself waits for is not translated; it needs no line": (
        "装置自身が待ち受けるものは変換されないため、設定は不要です"
    ),
    "which list says what {} translates": "{}の変換対象を指定するアクセスリスト",
    "{} is taken, which nothing else uses: look at it": (
        "他で使われていない{}としました。内容を確認してください"
    ),
    "what arrives at {} unasked": "{}に届く、要求していないパケット",
    "the device drops it, unless `ip napt static` takes it": (
        "`ip napt static`に該当しない限り、この装置は破棄します"
    ),
    "an interface translates by one list": "変換に使うアクセスリストは1インタフェースに1つです",
    "port {} of protocol {}": "プロトコル{1}のポート{0}",
    "all pass": "すべて通過します",
    "an entry of {}": "{}のエントリ",
    "the device has no wildcard with gaps": "この装置では不連続なワイルドカードを使えません",
    "the pool {}-{}": "プール{}-{}",
    "all that arrives goes to {}": "届くパケットをすべて{}へ転送",
    "it takes an outside address": "外側のアドレスが必要です",
    "the address of the host {}": "ホスト{}のアドレス",
    "MSS {}": "MSS {}",
    "{} adjust-mss of {} by itself": "{1}の{0} adjust-mssの自動設定",
    # Log and names.
    "the log host {} by {} port {}": "ログホスト{}({}ポート{})",
    "the device tells log hosts by UDP port 514 or by TLS port 6514": (
        "この装置のログ送信はUDP 514番かTLS 6514番です"
    ),
    "the facility or source of the log host {}": "ログホスト{}のファシリティまたは送信元",
    "the level, facility or source of the log host {}": ("ログホスト{}のレベル、ファシリティまたは送信元"),
    "levels of single subjects for the log host {}": "ログホスト{}のサブジェクト別レベル",
    "the trustpoint {} for the log host {}": "ログホスト{1}のトラストポイント{0}",
    "write a TLS profile on the device": "装置でTLSプロファイルを設定してください",
    "messages to log hosts come from {}": "ログの送信元{}",
    "the device names an interface": "この装置ではインタフェースで指定します",
    "name servers may not be asked": "ネームサーバに問い合わせない設定",
    "tables of hosts are not translated for NEC IX": "ホストテーブルはNEC IX向けに変換しません",
    "domains that are appended to names": "名前に付加するドメイン",
    "write names of peers with their domain": "ピアの名前をドメイン付きで書いてください",
    # Tunnels and their peers.
    "our end of {}": "{}の自側の端点",
    "the device needs a `tunnel source`": "この装置には`tunnel source`が必要です",
    "our address {}": "自アドレス{}",
    "sequence numbers in GRE of {}": "{}のGREのシーケンス番号",
    "keepalives of {}": "{}のキープアライブ",
    "the device returns those of others, and sends none": (
        "この装置は相手のものに応答しますが、自らは送信しません"
    ),
    "{}: GRE to {}": "{}: {}へのGRE",
    "the device has GRE to an IPv4 address": "この装置のGREの宛先はIPv4アドレスです",
    "the device has L2TPv3 over UDP alone, with fixed IDs and without cookies, on a tunnel interface": (
        "この装置のL2TPv3は、トンネルインタフェース上のUDP、固定ID、cookieなしだけです"
    ),
    "the device has EtherIP alone, on a tunnel interface": (
        "この装置ではトンネルインタフェース上のEtherIPだけです"
    ),
    "{} with {} peers": "{}のピア{}台",
    "a tunnel has one": "トンネルには1つだけです",
    "{}: who the peer may say it is": "{}: ピアが名乗ってよいID",
    "without a name its address, or anything where that is unknown": (
        "名前がなければアドレス、それも不明なら任意のIDになります"
    ),
    "{}: peers of {}": "{}: {}のピア",
    "peers of {}": "{}のピア",
    "the peer {}": "ピア{}",
    "the device knows one address, a name, or any": "この装置ではアドレス1つ、名前、または任意です",
    "the device knows one address, or any": "この装置ではアドレス1つ、または任意です",
    "{}: a peer of unknown address": "{}: アドレス不明のピア",
    "a tunnel interface has one destination; a dynamic crypto map takes such peers": (
        "トンネルインタフェースの宛先は1つです。アドレス不明のピアにはダイナミック暗号マップを使います"
    ),
    "{} leaves by one interface": "{}の送出インタフェースの固定",
    "the route to the peer decides": "ピアへの経路で決まります",
    "the SA of {} waits for traffic": "{}のSAを通信が発生するまで作らない設定",
    "the device makes it at once": "この装置では直ちに作ります",
    "who begins {}, and when": "{}を開始する側と時機",
    "traffic makes the SAs of a crypto map": "暗号マップのSAは通信の発生で作られます",
    "{} bears {}": "{}に{}",
    "it bears {} already": "すでに{}が設定されています",
    "{} with {}": "{}と{}",
    "it has one profile": "プロファイルは1つです",
    # Keys and identities.
    "the key of {}": "{}の鍵",
    "the key for {}": "{}の鍵",
    "the {}key": "{}鍵",
    "{}: a key for each side": "{}: 両側で異なる鍵",
    "the device has one key between the two; give both sides the same on the peer": (
        "この装置では両側で1つの鍵です。対向でも両側を同じ鍵にしてください"
    ),
    "the device has one key for an identity, and another tunnel gives it another key": (
        "この装置では1つのIDに鍵は1つで、別のトンネルが同じIDに別の鍵を設定しています"
    ),
    "a policy needs a key of one word": "ポリシーには1語の鍵が必要です",
    "a policy needs a proposal": "ポリシーにはプロポーザルが必要です",
    "identity {}": "識別子{}",
    "our identity {}": "自装置のID {}",
    "the device has addresses, names of the DNS and mail addresses": (
        "この装置ではアドレス、DNS名、メールアドレスだけです"
    ),
    "in IKEv1 the device is an address, a name or a mail address": (
        "この装置のIKEv1のIDはアドレス、名前、メールアドレスだけです"
    ),
    "the device has no identity of that type": "この装置にこの種類のIDはありません",
    "{}: identities filter packets": "{}: IDによるパケットの選別",
    "they only name the SA": "この装置ではSAの名前にすぎません",
    # Selectors.
    "selector {}": "セレクタ{}",
    "selectors of {}": "{}のセレクタ",
    "selectors {} to {}": "セレクタ{}から{}",
    "no packet is of both IP versions": "両方のIPバージョンに該当するパケットはありません",
    "range {}": "範囲{}",
    "range {} to {}": "範囲{}～{}",
    "it is no prefix": "プレフィックスではありません",
    "the device has prefixes, no protocols and no ports": (
        "この装置ではプレフィックスだけで、プロトコルとポートは指定できません"
    ),
    "the device has no words for its ports": "この装置ではポートを指定できません",
    "each network goes with the one at the same place": "ネットワークは同じ位置のもの同士が組になります",
    "{} pairs of networks of {}": "{1}のネットワークの組{0}個",
    "a map has one network on either side": "マップには両側に1つずつのネットワークだけです",
    "a map names networks alone, no ports": "マップではネットワークだけを指定でき、ポートは指定できません",
    "what goes past {}": "{}の対象外とする通信",
    "its tunnels know no exceptions": "この装置のトンネルでは例外を指定できません",
    "{} without routes": "経路を使わない{}",
    "routes lead into its tunnels": "この装置では経路でトンネルに導きます",
    # Algorithms and phases.
    "{}: proposals of different lifetimes": "{}: 生存期間の異なるプロポーザル",
    "a lifetime of {} s": "生存期間{}秒",
    "a lifetime in seconds": "秒単位の生存期間",
    "a lifetime in kilobytes": "キロバイト単位の生存期間",
    "the shortest is taken for all": "最も短いものを全体に適用しました",
    "a probe every {} s": "{}秒ごとの死活確認",
    "10 s is the least": "10秒が最短です",
    "probes in seconds": "秒単位の死活確認",
    "{}: more probes": "{}: 死活確認の回数",
    "no DPD": "DPDなし",
    "{} without DPD": "DPDなしの{}",
    "the device always asks; the default is kept": "この装置では常に有効で、既定値のままです",
    "a NAT keepalive in seconds": "秒単位のNATキープアライブ",
    "{} without NAT keepalive": "NATキープアライブなしの{}",
    "NAT traversal without keepalive": "キープアライブなしのNATトラバーサル",
    "the device sends one every 20 seconds": "この装置は20秒ごとに送信します",
    "perfect forward secrecy that may be left out": "省略してもよいPFS",
    "{}: perfect forward secrecy that may be left out": "{}: 省略してもよいPFS",
    "perfect forward secrecy with {}": "{}によるPFS",
    "the device has it or not": "この装置では有効か無効かのどちらかです",
    "the device takes one group alone": "この装置では1つのグループだけです",
    "some groups, and none, the device cannot have both": (
        "この装置ではグループの指定と「なし」を併用できません"
    ),
    "IKE algorithms": "IKEのアルゴリズム",
    "IKE algorithms of {}": "{}のIKEのアルゴリズム",
    "ESP algorithms": "ESPのアルゴリズム",
    "{}: ESP algorithms": "{}: ESPのアルゴリズム",
    "a policy is chosen by our address alone": "ポリシーは自アドレスだけで選ばれます",
    "phase 1 with {}, {} and {}": "フェーズ1の{}、{}、{}",
    "ESP with {} and {}": "{}と{}のESP",
    "IKE with {}": "{}のIKE",
    "IKE group": "IKEのグループ",
    "IKE encryption": "IKEの暗号",
    "IKE integrity": "IKEの認証",
    "ESP encryption": "ESPの暗号",
    "ESP integrity": "ESPの認証",
    "IKE {} of {}": "{1}のIKEの{0}",
    "{} with another PRF": "別のPRFの{}",
    "phase 1 encryption": "フェーズ1の暗号",
    "phase 1 hash": "フェーズ1のハッシュ",
    "phase 1 group": "フェーズ1のグループ",
    "phase 1 group {}": "フェーズ1のグループ{}",
    "phase 1 ends after {} kB": "{}KBでのフェーズ1の終了",
    "time alone counts": "時間だけで終了します",
    "proposals of phase 1 that differ from peer to peer": "ピアごとに異なるフェーズ1のプロポーザル",
    "all peers are offered all of them": "すべてのピアに全部を提案します",
    "{} that differs from peer to peer": "ピアごとに異なる{}",
    "retransmission that differs from peer to peer": "ピアごとに異なる再送",
    "retransmission after {} s": "{}秒後の再送",
    "fragmentation of some tunnels": "一部のトンネルのフラグメント処理",
    "some tunnel fragments before encryption": "一部のトンネルの暗号化前フラグメント",
    "some tunnel's DF bit outside": "一部のトンネルの外側のDFビット",
    "DF bit {} outside": "外側のDFビット{}",
    "what forbids fragments is fragmented where DF is cleared outside, and nowhere else": (
        "フラグメント禁止のパケットは、外側のDFを0にする場合だけフラグメントされます"
    ),
    "a replay window of {}": "リプレイウィンドウ{}",
    "{} is the next that the device has": "この装置で最も近い{}にしました",
    "the device has 64 packets or none": "この装置では64パケットか無効です",
    "a map names one policy or none": "マップに指定できるポリシーは1つまでです",
    "{}: who starts phase 2": "{}: フェーズ2を開始する側",
    "traffic starts it where the map names a policy": (
        "マップにポリシーの指定があれば、通信の発生で開始します"
    ),
    "the device has no AH beside ESP; it is left out": (
        "この装置ではESPとAHを併用できないため、AHを省略しました"
    ),
    "all policies with the address of the map's peer count": (
        "マップのピアのアドレスを持つすべてのポリシーが有効です"
    ),
    "`{}` of some tunnels": "一部のトンネルの`{}`",
    "{}: we renew the IKE SA": "{}: 自側からのIKE SAの更新",
    "the device leaves that to a peer of unknown address": "この装置ではアドレス不明のピアに任せます",
    "sets of IKE algorithms that belong together": "組で指定されたIKEのアルゴリズム",
    "sets of ESP algorithms that belong together": "組で指定されたESPのアルゴリズム",
    "any goes with any here": "この装置では任意の組み合わせになります",
    "the order of {}": "{}の順序",
    "the device prefers the strongest": "この装置では強いものを優先します",
    "{} without `{}`": "`{1}`のない{0}",
    "the default profile has it": "既定のプロファイルにあります",
    # Certificates.
    "the names {} of {}": "{1}の名前{0}",
    "the device has no more lines": "この装置ではこれ以上設定できません",
    "{}: the CN of the peer's certificate": "{}: ピアの証明書のCN",
    "the device compares the alternative name alone": "この装置では代替名だけを照合します",
    "the address of SCEP of {}": "{}のSCEPのアドレス",
    "the trustpoint {}": "トラストポイント{}",
    "the certificates of the trustpoint {}": "トラストポイント{}の証明書",
    "a configuration holds no keys: type `crypto pki authenticate`, `enroll` and `import`": (
        "設定には鍵が含まれません。`crypto pki authenticate`、`enroll`、`import`を実行してください"
    ),
    "a configuration holds no keys: type `pki cert import` or `pki pkcs12 import`": (
        "設定には鍵が含まれません。`pki cert import`か`pki pkcs12 import`を実行してください"
    ),
    # People who dial in.
    "L2TP's own password": "L2TP自体のパスワード",
    "{}: a limit for each user": "{}: ユーザごとの上限",
    "users have one here only by RADIUS": "この装置ではRADIUSによるユーザだけに設定できます",
    "{}: nothing says what is behind its peers: what goes there is translated, until a `deny` in the list of "
    "`ip nat inside source` leaves it alone": (
        "{}: 対向の先のネットワークが分からないため、そこへのパケットもアドレス変換されます。`ip nat inside "
        "source`のリストに`deny`を追加して除外してください"
    ),
    "{}: the device answers a peer that begins, too": "{}: 変換先の装置は対向からの開始にも応答します",
    "people dial in to {}, too": "{}にもダイヤルインの利用者がいます",
    "people dial in to {} by L2TP": "{}へのL2TPのダイヤルイン",
    "users, addresses and PPP are not translated: write them by hand": (
        "ユーザ、アドレス、PPPは変換しません。手で設定してください"
    ),
    "one group serves them all here": "この装置では1つのグループで全員を扱います",
    "{} always gets {}": "{}に常に{}を割り当て",
    "it gets any": "この装置では任意のアドレスを割り当てます",
    "the RADIUS server {}": "RADIUSサーバ{}",
    "the device wants a name and a password of one word each": (
        "この装置では名前もパスワードも1語である必要があります"
    ),
    "no way to log in is left": "使えるログイン方式が残りません",
    "CHAP is written, for it tells no password": "パスワードを流さないCHAPを出力しました",
    "PAP before CHAP": "CHAPより先のPAP",
    "the device asks for CHAP first": "この装置ではCHAPを先に要求します",
    "login by {}": "{}によるログイン",
    "the device asks for CHAP or PAP: let the users' devices do that": (
        "この装置ではCHAPかPAPです。利用者の端末をそれに合わせてください"
    ),
    "the device takes L2TP under IPsec alone": "この装置ではIPsec上のL2TPだけです",
    "an MRU": "MRU",
    "silent echo": "エコーの省略",
    "echo every so often": "エコーの間隔",
    # What is watched.
    "a track is down while the host does not answer": ("trackは監視対象が応答しない間、downになります"),
    "{}: {} requests a round": "{}: 1回に{}個の要求",
    "it sends one": "この装置は1つ送信します",
    "{}: two intervals": "{}: 2種類の間隔",
    "it is not switched on, and a track always is": "無効になっていますが、trackは常に有効です",
    "a track looks at one thing": "trackの監視対象は1つです",
    "the device asks by its routing table: give the host a route of its own": (
        "この装置は経路表に従って送信します。監視対象への専用の経路を設定してください"
    ),
    "{}: answers count by one interface": "{}: 応答を受けるインタフェースの限定",
    "the device takes any": "この装置ではどこから届いても有効です",
    "{}: a delay after the start": "{}: 起動後の待ち時間",
    "a route hangs on one track": "経路に指定できるtrackは1つです",
    "action {} of {}": "{1}のアクション{0}",
    "a track has routes only": "trackで制御できるのは経路だけです",
    "the device begins with what is watched being there": "この装置では監視対象がある状態から始まります",
    "the device must be told by which interface it asks": (
        "この装置では監視に使うインタフェースの指定が必要です"
    ),
    "{}: it is never started": "{}: 開始されていません",
    "on the device it is": "この装置では開始されます",
    "{}: late answers count as none": "{}: 遅い応答を応答なしとみなす設定",
    "the device only waits for so long": "この装置ではその時間だけ待ちます",
    "{}: the source {}": "{}: 送信元{}",
    "watch group {}": "監視グループ{}",
    # What is fixed on a device.
    "HELLO after {} s": "{}秒後のHELLO",
    "IPv6 for who dials in": "ダイヤルイン利用者のIPv6",
    "NAT keepalive without NAT traversal": "NATトラバーサルなしのNATキープアライブ",
    "NAT keepalive: {}": "NATキープアライブ: {}",
    "NAT keepalive: none": "NATキープアライブ: なし",
    "RADIUS servers are asked ({})": "RADIUSサーバによる認証({})",
    "RADIUS servers are told of sessions": "RADIUSサーバへのアカウンティング",
    "SAs that are never renewed": "更新しないSA",
    "SAs that end after so many kilobytes": "キロバイト数で終了するSA",
    "{} in tunnel mode": "トンネルモードの{}",
    "{} more probes": "死活確認{}回の追加",
    "{}: {} more probes": "{}: 死活確認{}回の追加",
    "the device sends {}": "この装置は{}回です",
    "XAUTH and mode configuration": "XAUTHとモードコンフィグ",
    "the device does not have them": "この装置にはありません",
    "a limit for each user": "ユーザごとの上限",
    "a peer that is known by its certificate alone": "証明書だけで識別するピア",
    "the device wants its name": "この装置では名前が必要です",
    "a probe again after {} s": "{}秒後の死活確認の再送",
    "a responder takes both": "この装置は応答側では両方を受け付けます",
    "no aggressive mode with a peer that begins it": "ピアが始めるアグレッシブモードの拒否",
    "an idle session ends after {} s": "無通信{}秒でのセッション終了",
    "no line of the device says so": "この装置に該当するコマンドがありません",
    "another mode where the peer begins than where we do": "自側と相手側で異なる開始モード",
    "any identity of the peer": "ピアの任意のID",
    "the device expects its address, or one that is written": (
        "この装置ではピアのアドレスか、設定したIDを期待します"
    ),
    "at most {} sessions": "最大{}セッション",
    "by which interface it leaves": "送出インタフェースの指定",
    "certificates": "証明書",
    "code {}": "コード{}",
    "type {}": "タイプ{}",
    "extended sequence numbers": "拡張シーケンス番号",
    "fragments before encryption": "暗号化前のフラグメント",
    "fragments of what forbids it": "フラグメント禁止のパケットのフラグメント",
    "no fragments of what forbids it, without DF outside": (
        "外側のDFなしで、フラグメント禁止のパケットをフラグメントしない設定"
    ),
    "hostname": "ホスト名",
    "how soon a probe is repeated": "死活確認の再送間隔",
    "the device repeats it at the interval": "この装置では同じ間隔で再送します",
    "identities that only name the SA": "SAの名前だけを表すID",
    "it probes at every interval": "この装置では毎回送信します",
    "the device has its own interval": "この装置固有の間隔です",
    "narrowing of what the peer proposes: the device takes it as proposed": (
        "ピアの提案の絞り込み: この装置では提案のまま受け入れます"
    ),
    "no NAT traversal": "NATトラバーサルなし",
    "no fragmentation of IKE messages": "IKEメッセージのフラグメントなし",
    "no INITIAL-CONTACT": "INITIAL-CONTACTなし",
    "no DELETE": "DELETEなし",
    "no phase 1 for itself": "フェーズ1だけの確立をしない設定",
    "no renewal of the IKE SA from here": "自側からIKE SAを更新しない設定",
    "our end is fixed": "自側の端点の固定",
    "path monitoring {}: delay": "経路監視{}: 遅延",
    "probes only when nothing comes": "受信がないときだけの死活確認",
    "probes when nothing comes": "受信がないときの死活確認",
    "protocol {} stays here": "プロトコル{}を自装置で受信",
    "quick mode without identities": "IDなしのクイックモード",
    "rekey {} s before the end": "終了{}秒前のリキー",
    "renewal {} s before the end": "終了{}秒前の更新",
    "rekey of the IKE SA {} s before the end": "終了{}秒前のIKE SAのリキー",
    "rekey after {} octets": "{}オクテットでのリキー",
    "rekey after {} packets": "{}パケットでのリキー",
    "rekey after a number of octets": "オクテット数でのリキー",
    "rekey after a number of packets": "パケット数でのリキー",
    "renewal of SAs that carried nothing": "通信がなかったSAの更新",
    "selectors as the peer proposes them": "ピアの提案どおりのセレクタ",
    "some of that traffic goes past the tunnel": "一部の通信をトンネルの対象外とする設定",
    "traffic is chosen by selectors": "セレクタによる対象トラフィックの選択",
    "the DF bit outside: {}": "外側のDFビット: {}",
    "the addresses of the profile are the limit": "プロファイルのアドレス数が上限です",
    "the certificate map {}": "証明書マップ{}",
    "the certificate map ": "証明書マップ",
    "the commit bit": "コミットビット",
    "the device has none: IPsec's key keeps strangers out": (
        "この装置にはありません。IPsecの鍵が第三者を防ぎます"
    ),
    "the peers of {}": "{}のピア",
    "the device is told of each": "この装置ではピアを1台ずつ設定します",
    "when the SA is made": "SAを作る時機",
    "the device makes it at once where it knows the address": (
        "この装置ではアドレスが分かっていれば直ちに作ります"
    ),
    "when the peer is probed": "死活確認の時機",
    "the device probes when nothing has come from it": "この装置では受信がないときに確認します",
    "the name {} towards callers": "利用者に示す名前{}",
    "the subject of our certificate as our name": "自装置の名前としての証明書のサブジェクト",
    "those of the profile are": "プロファイルのものになります",
    "users of the configuration are not known": "この装置では設定内のユーザを使えません",
    "users stand in the profile: write them there": "ユーザはプロファイルに設定してください",
    # What both ends must say otherwise.
    "tunnel mode around GRE": "GREのトンネルモード",
    "transport mode": "トランスポートモード",
    "{} protects GRE in it": "{}ではGREをこのモードで保護します",
    "IPsec's own tunnel mode, which carries no multicast": (
        "IPsec自体のトンネルモード(マルチキャストは通りません)"
    ),
    "GRE under IPsec is not written for {}": "IPsec上のGREは{}向けに出力しません",
    "sequence numbers in GRE": "GREのシーケンス番号",
    "GRE without them": "番号なしのGRE",
    "{} chooses among its tunnels by the destination alone": "{}では宛先だけでトンネルを選びます",
    "{} has one key between the two": "{}では両側で1つの鍵です",
    "a key of {} is text of one word": "{}の鍵は1語の文字列です",
    "a key that is no text": "文字列でない鍵",
    "its hexadecimal digits, as text": "その16進表記の文字列",
    "{} needs a name for it": "{}ではこのための名前が必要です",
    "the far end cannot know it": "対向では分かりません",
    "the IKE proposals": "IKEプロポーザル",
    "the ESP proposals": "ESPプロポーザル",
    "the proposal of phase 1": "フェーズ1のプロポーザル",
    "the proposals of phase 1": "フェーズ1のプロポーザル",
    "the proposals of phase 2": "フェーズ2のプロポーザル",
    "the peer's identity {}": "ピアのID {}",
    "quick mode with the identities of the map": "マップのIDを使うクイックモード",
    "{} has no protocols and ports in phase 2 of IKEv1": (
        "{}ではIKEv1のフェーズ2にプロトコルとポートを指定できません"
    ),
}
