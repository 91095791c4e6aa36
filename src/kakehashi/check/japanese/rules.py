"""What `check` itself says: rules, mismatches, what to write where."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "{}: the pre-shared key has letters beyond ASCII, such as full-width ones; two makers make different "
    "octets of them": (
        "{}: 事前共有鍵に全角文字などASCII以外の文字があります。メーカーによって異なるバイト列になります"
    ),
    "type the key anew in half-width letters, on both sides": "両側で鍵を半角文字で入力し直してください",
    "{} never comes up: no route leads to its peer {} by {}, only by {}": (
        "{}は確立しません: 対向{}への経路は{}を通らず、{}だけを通ります"
    ),
    "name the interface by which the peer is reached, or add a route to it by this one": (
        "対向へ到達できるインタフェースを指定するか、このインタフェースを通る経路を追加してください"
    ),
    # Pairs.
    "{}: {} does not fit: {}": "{}: {}が一致しません: {}",
    "never comes up": "トンネルは確立しません",
    "comes up, and dies at the first rekey": "一度は確立しますが、最初のリキーで切断されます",
    "comes up, and carries nothing": "確立しますが、パケットは通りません",
    "let both sides wrap their packets in GRE, or neither": (
        "両側ともGREにするか、両側ともGREなしにしてください"
    ),
    "let both sides use the same protocols: ESP, AH or both": (
        "両側で同じプロトコル(ESP、AH、または両方)を使ってください"
    ),
    "let both sides protect the tunnel by IPsec, or neither": (
        "両側ともIPsecで保護するか、両側とも保護なしにしてください"
    ),
    "write the same key on both sides, and checksums and sequence numbers on both or on neither": (
        "両側に同じキーを設定し、チェックサムとシーケンス番号は両側とも有効にするか、両側とも無効にしてください"
    ),
    "{} is not protected by IPsec, and the other end is": (
        "{}はIPsecで保護されていませんが、対向は保護されています"
    ),
    "{} is behind a NAT, which GRE does not get through": "{}はNATの内側にあり、GREはNATを通過できません",
    "{} looks for the other end at {}": "{}は対向が{}にあるとしています",
    "{} is GRE without IPsec: its packets are readable on their way, and anybody may send some in the peer's "
    "name": ("{}はIPsecなしのGREです。パケットは途中で読み取られ、第三者が対向になりすまして送信できます"),
    "{} sends its frames without IPsec: they are readable on their way, and anybody there may send some in "
    "the peer's name": (
        "{}はフレームをIPsecなしで送ります。フレームは途中で読み取られ、経路上の第三者が対向になりすまして送信できます"
    ),
    "match its packets in the access list of a crypto map, on both sides": (
        "両側で、そのパケットをクリプトマップのアクセスリストの対象にしてください"
    ),
    "use `tunnel mode ether-ip ipsec-ikev2` on both sides": (
        "両側を`tunnel mode ether-ip ipsec-ikev2`にしてください"
    ),
    "add `tunnel protection ipsec profile NAME` on both sides": (
        "両側に`tunnel protection ipsec profile NAME`を追加してください"
    ),
    "add `tunnel protection ipsec` on both sides": "両側に`tunnel protection ipsec`を追加してください",
    "use `tunnel mode ipsec-ikev2` on both sides": "両側を`tunnel mode ipsec-ikev2`にしてください",
    "{} {} - {} {}: both ends are {} in the tunnel: neither reaches the other's address there, and no "
    "routing protocol comes up": (
        "{} {} - {} {}: トンネル内のアドレスが両側とも{}です。互いのトンネルアドレスに到達できず、"
        "ルーティングプロトコルも確立しません"
    ),
    "{} {} - {} {}: {} and {} are not in one network: neither reaches the other's address there, and no "
    "routing protocol comes up": (
        "{} {} - {} {}: {}と{}が同じネットワークにありません。互いのトンネルアドレスに到達できず、"
        "ルーティングプロトコルも確立しません"
    ),
    "give the ends two addresses of one network": "両端に同じネットワークの異なるアドレスを設定してください",
    "comes up from one end only": "片側から開始した場合にしか確立しません",
    "phase 1 comes up, phase 2 does not": "フェーズ1は確立しますが、フェーズ2が確立しません",
    "{} says {} (its default)": "{}は{}(既定値)",
    "{} says {} (`{}`)": "{}は{}(`{}`)",
    "{} says {}": "{}は{}",
    "{}, and {} is at {} ({})": "{}ですが、{}の実際のアドレスは{}({})",
    "{}, and {} is at {}": "{}ですが、{}の実際のアドレスは{}",
    "{} - {} never comes up: {}": "{} - {}: トンネルは確立しません: {}",
    "{} - {} comes up and dies at the rekey: {}": "{} - {}: 一度は確立しますが、リキーで切断されます: {}",
    "{} - {} comes up from one end only: {}": "{} - {}: 片側から開始した場合にしか確立しません: {}",
    "{} ({}) is shut down": "{}({})がshutdownされています",
    "{} is shut down": "{}がshutdownされています",
    "there is no interface {}": "インタフェース{}がありません",
    "neither end can begin: {} and {} do not know the other's address, or are not to, or a NAT is in the "
    "way": (
        "どちらの側からもネゴシエーションを開始できません: {}と{}は相手のアドレスを知らないか、開始しない設"
        "定か、NATに遮られています"
    ),
    "{}: the other end is in none of these files": "{}: 対向の設定がこれらのファイルにありません",
    "switch the tunnel on": "トンネルインタフェースを有効にしてください(`no shutdown`)",
    "{} differs: {} has {}, {} has {}; the shorter one counts, and some devices refuse a longer one "
    "than their own": (
        "{}が異なります: {}は{}、{}は{}。短い方が有効になります。自装置より長い値を拒否する装置もあります"
    ),
    "write the same on both sides": "両側に同じ値を設定してください",
    "{} does not probe whether the other end is there, and {} does: after a failure it keeps its SAs "
    "until they end": (
        "{}はDPD(キープアライブ)が無効で、{}は有効です。障害後も生存期間が終わるまでSAが残ります"
    ),
    "switch dead peer detection on there, too": "こちら側でもDPD(キープアライブ)を有効にしてください",
    # What to write.
    "write the same key on both sides: letter case and blanks count": (
        "両側に同じ事前共有鍵を設定してください。大文字と小文字、空白も区別されます"
    ),
    "let both sides make the tunnel with IKEv2": "両側ともIKEv2でトンネルを設定してください",
    "write in {} the mirror of {}, which {} says": (
        "{}の対象トラフィックを、{2}の{1}と対称になるように設定してください"
    ),
    "no device has what the other says: choose a value that both have ({})": (
        "相手の値に対応する装置がありません。両方の装置が対応する値を選んでください({})"
    ),
    "{} does not have {}: choose what both have, e.g. {} ({})": (
        "{}は{}に対応していません。両方が対応する値を選んでください。例: {}({})"
    ),
    "write {} in {}, which says {}": "{1}({2})を{0}に変更してください",
    "write {} in {}, which says {}; {}": "{1}({2})を{0}に変更してください。{3}",
    "{} does not have {}": "{}は{}に対応していません",
    "expect {} in {}, or let the other side call itself {}": (
        "{1}で相手のIDを{0}に設定するか、相手側の自装置IDを{2}に設定してください"
    ),
    # Filters, translation, packets.
    "{}: the access list {} of {} lets no {} pass from {} to {}: no line of it permits that": (
        "{}: {2}のアクセスリスト{1}が{4}から{5}への{3}を通しません: 許可する行がありません"
    ),
    "{}: the access list {} of {} lets no {} pass from {} to {}: a line of it denies that": (
        "{}: {2}のアクセスリスト{1}が{4}から{5}への{3}を通しません: 拒否する行があります"
    ),
    "add `{}` to {} before that line": "{1}のその行より前に`{0}`を追加してください",
    "add `{}` to {}": "{1}に`{0}`を追加してください",
    "{} translates addresses without `{}`: what the peer of {} sends there unasked is dropped, and only this "
    "device can begin": (
        "{}のNAPTに`{}`がありません。{}の対向から始まる通信は廃棄され、自装置からしか開始できません"
    ),
    "{} lets TCP segments of {} octets pass, and {} has room for {} (MTU {}): ping works, the web hangs": (
        "{}は{}オクテットのTCPセグメントを通しますが、{}に入るのは{}オクテットまでです(MTU {})。pingは通"
        "り、Webは止まります"
    ),
    "{} has an MTU of {}, and there is room for {}: large packets are cut in two": (
        "{}のMTUは{}ですが、入るのは{}までです。大きなパケットは分割されます"
    ),
    "write {} or less": "{}以下に設定してください",
    "{} wants AH, and a NAT is between the two ends: AH covers the addresses that the NAT changes (RFC 3715 "
    "section 2.1)": (
        "{}はAHを使う設定ですが、両端の間にNATがあります。AHはNATが書き換えるアドレスも認証するため通りません"
        "(RFC 3715 2.1章)"
    ),
    "leave AH out; ESP with authentication passes the NAT": (
        "AHを外してください。認証付きのESPならNATを通ります"
    ),
    "{} has NAT traversal switched off, and a NAT is between the two ends: ESP does not pass it": (
        "{}はNATトラバーサルが無効ですが、両端の間にNATがあります。ESPはNATを通過できません"
    ),
    "switch NAT traversal on: {}": "NATトラバーサルを有効にしてください: {}",
    # Keys and algorithms.
    "{}: the pre-shared key has only {} characters": "{}: 事前共有鍵が{}文字しかありません",
    "use 20 random characters or more, on both sides": "両側とも20文字以上の乱数を設定してください",
    "{}: aggressive mode shows a hash over the pre-shared key to whoever sees one exchange; it can be "
    "guessed at leisure": (
        "{}: アグレッシブモードでは事前共有鍵のハッシュ値が平文で流れ、盗聴者に鍵を推測されます"
    ),
    "use a long random key, or main mode between fixed addresses": (
        "長い乱数の鍵を使うか、固定アドレス間ではメインモードを使ってください"
    ),
    "{}: several peers of unknown address have different keys, and in main mode nobody knows which is "
    "whose": (
        "{}: アドレス不定の対向が複数あり事前共有鍵が異なりますが、メインモードではどの鍵か決められません"
    ),
    "use aggressive mode with identities, or one key, or IKEv2": (
        "IDを設定してアグレッシブモードにするか、鍵を1つにするか、IKEv2を使ってください"
    ),
    "phase {} ({}) relies on weak algorithms: {} ({})": (
        "フェーズ{}({})が弱いアルゴリズムに頼っています: {}({})"
    ),
    "{} MUST NOT be used": "{}は使用禁止",
    "{} SHOULD NOT be used": "{}は非推奨",
    "{} is on its way out": "{}は廃止予定",
    "{} is deprecated": "{}は廃止",
    "on both sides: {}": "両側とも: {}",
    "{}: IKEv1 is deprecated (RFC 9395)": "{}: IKEv1は廃止されています(RFC 9395)",
    "make the tunnel with IKEv2 on both sides: {}": "両側ともIKEv2でトンネルを設定してください: {}",
    "{}: {} is not among what the device has for {} ({})": "{}: {}は装置の{}にありません({})",
    "use {}": "{}を使ってください",
    # Lifetimes and deletes.
    "{}: {} would be rekeyed {} s before the end of {} s, which is more than half; half is what happens": (
        "{}: {}を生存期間{3}秒の終わりの{2}秒前にリキーする設定ですが、生存期間の半分を超えています。実際"
        "には半分で動作します"
    ),
    "the IKE SA": "IKE SA",
    "the Child SAs": "Child SA",
    "the SAs": "IPsec SA",
    "write {} s or less, or a longer lifetime": "{}秒以下にするか、生存期間を長くしてください",
    "{}: deletes are suppressed and rekeys are not: after each rekey the peer keeps an SA that is no more": (
        "{}: DELETEの送信が抑止され、リキーは抑止されていません。リキーのたびに対向に古いSAが残ります"
    ),
    "add `ikev2 suppress send-rekey`, or take `ikev2 suppress send-delete` out": (
        "`ikev2 suppress send-rekey`を追加するか、`ikev2 suppress send-delete`を削除してください"
    ),
    "{} has the commit bit, and always begins: an initiator does not set it": (
        "{}にはコミットビットの設定がありますが、常にイニシエータです。イニシエータでは無視されます"
    ),
    "set it on the other end": "対向側に設定してください",
    # Addresses and routes.
    "{} {} - {} {}: both ends have {} and {}: what is for the other end never leaves": (
        "{} {} - {} {}: 両側に{}と{}があります。対向宛のパケットは送信されません"
    ),
    "{} {} - {} {}: both ends have {}: what is for the other end never leaves": (
        "{} {} - {} {}: 両側に{}があります。対向宛のパケットは送信されません"
    ),
    "give one end another network, or translate addresses in the tunnel": (
        "片側のネットワークを変更するか、トンネル内でアドレスを変換してください"
    ),
    "{} never comes up: {}": "{}は確立しません: {}",
    "{} never comes up: the peer has an unknown address, and so has this device ({})": (
        "{}は確立しません: 対向も自装置({})もアドレスが不定です"
    ),
    "give one of them a fixed address, or a name": "どちらかを固定アドレスか名前にしてください",
    "{} never comes up: its peer {} is its own address ({})": (
        "{}は確立しません: 対向のアドレス{}が自装置のアドレスです({})"
    ),
    "write the other end's address": "対向のアドレスを設定してください",
    "{} never comes up: the route to its peer {} leads into itself": (
        "{}は確立しません: 対向{}への経路がこのトンネル自身を向いています"
    ),
    "add a route to {} by the interface towards the internet": (
        "WAN側インタフェース経由の{}への経路を追加してください"
    ),
    "no route leads the other end's network {} into {}": "対向のネットワーク{}への経路が{}を向いていません",
    "add a route to {} by {}": "{1}経由の{0}への経路を追加してください",
    "{} protects what comes from {}, and this device has no such network": (
        "{}は{}からのトラフィックを保護しますが、自装置にそのネットワークはありません"
    ),
    "the route leads {} into {}, which carries {} alone: such packets are dropped": (
        "経路は{}を{}へ向けていますが、このトンネルは{}しか運びません。該当パケットは破棄されます"
    ),
    "let {} carry {}, or lead it elsewhere": "{}で{}を運べるようにするか、経路を変更してください",
    "protect {}": "{}を対象トラフィックにしてください",
    "let the tunnel use an interface that is there and switched on": (
        "存在し、有効になっているインタフェースを使ってください"
    ),
    "{} never comes up: the next hop {} towards its peer is in no network of this device": (
        "{}は確立しません: 対向へのネクストホップ{}がどのインタフェースのネットワークにもありません"
    ),
    "write the address of the router that is next on that line": (
        "その回線で次のルータのアドレスを設定してください"
    ),
    "{} never comes up: no route leads to its peer {}": "{}は確立しません: 対向{}への経路がありません",
    "add a default route, or a route to {}": "デフォルトルートか、{}への経路を追加してください",
    "it speaks from {}, and no interface has that address": "送信元{}を持つインタフェースがありません",
    "it speaks from {}, which has no address of IPv{}": "送信元の{}にIPv{}アドレスがありません",
    "write the address of the interface towards the internet, or its name": (
        "WAN側インタフェースのアドレスか名前を設定してください"
    ),
    # Dialing in.
    "{} lends addresses from {}, and {} of {} is among them": (
        "{0}が払い出す範囲{1}に、{3}で使われている{2}が含まれます"
    ),
    "lend other addresses": "別のアドレスを払い出してください",
    "{} lends addresses of {}, and in that network of {} nobody answers for who has dialed in": (
        "{}が払い出すアドレスは{}に属しますが、{}のLANでは接続元の代わりにARPに答える装置がありません"
    ),
    "add `ip proxy-arp` to {}, or lend addresses of another network": (
        "{}に`ip proxy-arp`を追加するか、別のネットワークのアドレスを払い出してください"
    ),
    "{} takes packets of {} octets from who dials in, and with all headers {} fit into the line (MTU {}): "
    "larger ones come in fragments": (
        "{0}は{1}バイトのパケットを受け付けますが、全ヘッダを加えると回線(MTU {3})に入るのは{2}バイトで、"
        "超えるものは分割されます"
    ),
    "an MRU of {} or less": "MRUを{}以下にしてください",
    "{}: without NAT traversal nobody can dial in from behind a NAT, and there nearly everybody is": (
        "{}: NATトラバーサルが無効で、NATの内側からは接続できません。接続元の多くはNATの内側にあります"
    ),
    "switch NAT traversal on": "NATトラバーサルを有効にしてください",
    "{} lends addresses from {}, and the route to {} leads elsewhere: where nobody has dialed in with one of "
    "them, it is followed": (
        "{}が払い出す範囲{}は{}への経路とも重なり、接続元がいないアドレスはその経路に従います"
    ),
    "lend other addresses, or take the route out": "別のアドレスを払い出すか、経路を消してください",
    "{} and {} lend the same addresses ({} and {})": "{}と{}が同じアドレスを払い出します({}と{})",
    "give each a range of its own": "それぞれに別の範囲を設定してください",
    "{} lends {} addresses, and {} users are known: the last ones who dial in are turned away": (
        "{}が払い出すアドレスは{}個ですが利用者は{}人で、後から接続した人は拒否されます"
    ),
    "lend more addresses": "払い出すアドレスを増やしてください",
    "{} lends {} addresses, and {} sessions are allowed: so many never stand": (
        "{}が払い出すアドレスは{}個で、許可された{}セッションには達しません"
    ),
    "lend more addresses, or allow fewer sessions": (
        "払い出すアドレスを増やすか、許可するセッション数を減らしてください"
    ),
    "{} asks for passwords by PAP, and where nothing is encrypted whoever listens reads them": (
        "{}はPAPでパスワードを要求しますが、暗号化されない場合は盗聴者に読まれます"
    ),
    "ask by CHAP or MS-CHAPv2, and encrypt": "CHAPかMS-CHAPv2にし、暗号化してください",
    "{} asks for passwords by PAP alone: whoever knows the pre-shared key can stand in for this device and "
    "be told them": (
        "{}はPAPだけでパスワードを要求します。事前共有鍵を知る人は本装置になりすましてパスワードを得られます"
    ),
    "ask by CHAP or MS-CHAPv2": "CHAPかMS-CHAPv2にしてください",
    "{} lets TCP segments of {} octets pass, and a session has room for {}: ping works, the web hangs": (
        "{}は{}バイトのTCPセグメントを通しますが、セッションに入るのは{}バイトです。pingは通りWebは止まります"
    ),
    # Certificates.
    "the certificate {} ({}) is valid only from {} UTC on": (
        "証明書{}({})の有効期間は{} UTCからです。まだ有効ではありません"
    ),
    "see whether the clocks are right: of this host, and of whoever has issued it": (
        "このホストと証明書の発行元の時刻を確認してください"
    ),
    "the certificate {} ({}) ended on {} UTC: no peer accepts it any more": (
        "証明書{}({})の有効期限は{} UTCに切れました。対向は受け付けません"
    ),
    "the certificate {} ({}) ends within {}, on {} UTC": "証明書{}({})の有効期限は{}以内に切れます({} UTC)",
    "{} days": "{}日",
    "1 day": "1日",
    "ask the authority for a new one, and import it: `kakehashi pki enroll` makes the request": (
        "認証局に更新を申請し(`kakehashi pki enroll`)、新しい証明書をインポートしてください"
    ),
    "import the authority's new certificate, on both sides": (
        "認証局の新しい証明書を両側でインポートしてください"
    ),
    "{} cannot be used: {}": "{}は使用できません: {}",
    "import it again from whoever has issued it": "発行元から入手し直してインポートしてください",
    # Multipoint tunnels.
    "{} has the endpoint {} at {}, and {}, which is there, has {} in the tunnel": (
        "{}のエンドポイント{}({})にある{}のトンネル内アドレスは{}です"
    ),
    "write {} for the endpoint at {}": "宛先{1}のエンドポイントを{0}にしてください",
    "{} has an endpoint for {}, which has none for it: it is not let in": (
        "{}には{}のエンドポイントがありますが、対向にはありません。接続は受け付けられません"
    ),
    "add `tunnel endpoint {} destination {}` to {}": (
        "{2}に`tunnel endpoint {0} destination {1}`を追加してください"
    ),
    "name it there, too": "対向にも設定してください",
    "{}: the next hop server {} is this device itself": "{}: ネクストホップサーバ{}は本装置自身です",
    "write the hub's address in the tunnel": "ハブのトンネル内アドレスを設定してください",
    "{}: the next hop server {} is not in the tunnel's network {}": (
        "{}: ネクストホップサーバ{}はトンネルのネットワーク{}にありません"
    ),
    "the hub's address in the tunnel and the mask of the tunnel have to fit": (
        "ハブのトンネル内アドレスとトンネルのマスクを合わせてください"
    ),
    "{} registers with {} at {}, and {}, which is there, has {} in the tunnel": (
        "{}は{}({})に登録しますが、そこにある{}のトンネル内アドレスは{}です"
    ),
    "{} registers with {} at {}, and {}, which has that address in the tunnel, is at {}": (
        "{}は{}({})に登録しますが、そのトンネル内アドレスを持つ{}は{}にあります"
    ),
    "write {} for where the next hop server is": "ネクストホップサーバのNBMAアドレスを{}にしてください",
    "write {} for the next hop server": "ネクストホップサーバを{}にしてください",
    "{} registers with {}, which does no NHRP": "{}は{}に登録しますが、相手はNHRPを使用しません",
    "give the hub's interface a network identifier": "ハブのインタフェースにnetwork-idを設定してください",
    "{} sends no multicast to who registers: {} hears nothing of its routing protocol": (
        "{}は登録した装置にマルチキャストを送りません。{}にルーティングプロトコルが届きません"
    ),
    "add `ip nhrp map multicast dynamic` to the hub": (
        "ハブに`ip nhrp map multicast dynamic`を追加してください"
    ),
    "{} takes shorter ways, and {} tells of none: all goes by the hub": (
        "{}はショートカットを使用しますが、{}がリダイレクトを通知しません。すべてハブを経由します"
    ),
    "add `ip nhrp redirect` to the hub": "ハブに`ip nhrp redirect`を追加してください",
    "{} and {} are of one cloud, and only one of them has GRE": (
        "{}と{}は同じネットワークですが、片方だけがGREです"
    ),
    "give both the same tunnel mode": "両方に同じトンネルモードを設定してください",
    "{} has {} in GRE, {} has {}: each drops the other's packets": (
        "GREのキーが{}は{}、{}は{}です。互いのパケットを破棄します"
    ),
    "no key": "キーなし",
    "key {}": "キー{}",
    "write the same `tunnel key` on both": "両方に同じ`tunnel key`を設定してください",
    "of {} and {} only one is protected by IPsec": "{}と{}の片方だけがIPsecで保護されています",
    "protect both": "両方を保護してください",
    "{} has {} in the tunnel, {} has {}: they are in one network, or neither finds the other": (
        "トンネル内アドレスが{}は{}、{}は{}です。同じネットワークでなければ互いに到達できません"
    ),
    "write the same network and mask on both": "両方に同じネットワークとマスクを設定してください",
    "{} and {} both have {} in the tunnel": "{}と{}のトンネル内アドレスがどちらも{}です",
    "give one of them another address": "片方に別のアドレスを設定してください",
    "the NHRP authentication strings of {} and {} are not the same: no registration is taken": (
        "{}と{}のNHRP認証文字列が一致しません。登録は受け付けられません"
    ),
    "write the same `ip nhrp authentication` on both": (
        "両方に同じ`ip nhrp authentication`を設定してください"
    ),
    "{} of {} is number {}, and the other end has {} towards it alone: no session is made": (
        "{1}の{0}の番号は{2}ですが、対向側の番号は{3}だけです。セッションは確立しません"
    ),
    "write the same number at both ends": ("両側に同じ番号を設定してください"),
    "{}: {} at one end and {} at the other: no frame is understood": (
        "{}: 片側は{}、もう片側は{}です。フレームは通りません"
    ),
    "{} carries Ethernet by {}, and {} has {} alone: nothing of it is written": (
        "{}は{}でEthernetを運びますが、{}にあるのは{}だけです。この部分は何も書き出しません"
    ),
    "let routers of one maker stand at both ends of it, or join the sites by a tunnel and routes": (
        "両端を同じメーカーのルータにするか、拠点間を通常のトンネルと経路で結んでください"
    ),
    "{} has many peers by NHRP, and tunnels for {} have one each here: nothing of it is written": (
        "{}はNHRPで複数の相手と接続しますが、{}向けのトンネルの相手はここでは1つだけです。この部分は何も書き出しません"
    ),
    "{} has many peers in a way that {} has alone: nothing of it is written": (
        "{}は{}固有の方式で複数の相手と接続します。この部分は何も書き出しません"
    ),
    "write a tunnel for each of its peers, on both ends, or keep a device of this maker here": (
        "相手ごとに1本のトンネルを両端に設定するか、この装置を同じメーカーのままにしてください"
    ),
    "{}: {} at one end and {} at the other, and neither device has what the other has: no frame is "
    "understood": ("{}: 一端は{}、他端は{}です。どちらの装置にも相手の方式がなく、フレームを解釈できません"),
    "let both ends carry frames alike": ("両側のカプセル化を揃えてください"),
    "{}: one end negotiates its sessions and the other does not: none is made": (
        "{}: 片側はセッションを折衝し、もう片側は折衝しません。セッションは確立しません"
    ),
    "give both ends their Session IDs, or neither": (
        "両側にセッションIDを設定するか、両側とも折衝にしてください"
    ),
    "what is one end's own ID is the other's remote one": (
        "片側のローカルIDは、もう片側のリモートIDと同じにしてください"
    ),
    "{}: the cookie that one end sends is not the one that the other expects: frames are dropped": (
        "{}: 片側が送るクッキーと、もう片側が期待するクッキーが異なります。フレームは破棄されます"
    ),
    "what one end has as its local cookie the other has as its remote one": (
        "片側のローカルクッキーは、もう片側のリモートクッキーと同じにしてください"
    ),
    "{}: the secrets of the control connections differ: no message is taken": (
        "{}: 制御コネクションの秘密鍵が異なります。メッセージは受け付けられません"
    ),
    "write the same `digest secret` at both ends": ("両側に同じ`digest secret`を設定してください"),
    "{}: one end has the Session IDs {} (its own) and {}, the other {} (its own) and {}: frames are "
    "dropped": (
        "{}: セッションIDが片側は{}(ローカル)と{}、もう片側は{}(ローカル)と{}です。フレームは破棄されます"
    ),
}
