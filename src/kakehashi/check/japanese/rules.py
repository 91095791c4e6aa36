"""What `check` itself says: rules, mismatches, what to write where."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    # Pairs.
    "{}: {} does not fit: {}": "{}: {}が一致しません: {}",
    "never comes up": "トンネルは確立しません",
    "comes up, and dies at the first rekey": "一度は確立しますが、最初のリキーで切断されます",
    "comes up, and carries nothing": "確立しますが、パケットは通りません",
    "let both sides wrap their packets in GRE, or neither": (
        "両側ともGREにするか、両側ともGREなしにしてください"
    ),
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
}
