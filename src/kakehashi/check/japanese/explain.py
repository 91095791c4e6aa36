"""Why a tunnel of a running gateway is not up."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "{} is shut down": "{}はshutdownされています",
    "switch {} on: no shutdown": "{}を有効にしてください: no shutdown",
    "not set up yet": "まだ設定が反映されていません",
    "outgoing interface {} is down": "送信インタフェース{}がダウンしています",
    "outgoing interface {} has no IPv{} address": "送信インタフェース{}にIPv{}アドレスがありません",
    "outgoing interface {} has no IPv{} address: no DHCP server has given {} an address yet": (
        "送信インタフェース{}にIPv{}アドレスがありません: "
        "DHCPサーバから{}のアドレスがまだ割り当てられていません"
    ),
    "source-address: interface {} has no address now": "送信元のインタフェース{}に現在アドレスがありません",
    "source-address {} is not an address of this host now": (
        "送信元アドレス{}は現在この装置のアドレスではありません"
    ),
    "the next hop {} is in no network of {}": "ネクストホップ{}は{}のネットワークにありません",
    "look at the cable, at shutdown and at the address there": (
        "ケーブル、shutdown、アドレスを確認してください"
    ),
    "{} and what carries it are up": "{}と下位のインタフェースはアップしています",
    "the peer's name {} has no address": "対向の名前{}のアドレスが引けません",
    "the peer's name {} has no address: {}": "対向の名前{}のアドレスが引けません: {}",
    "ask the name servers of the configuration for it; is there a way to them?": (
        "設定のネームサーバに問い合わせて確認してください。ネームサーバに到達できますか"
    ),
    "the peer's name {} leads to {}": "対向の名前{}のアドレスは{}です",
    "no route to the peer {}": "対向{}への経路がありません",
    "no route to the peer {}: no DHCP server has given {} an address yet": (
        "対向{}への経路がありません: DHCPサーバから{}のアドレスがまだ割り当てられていません"
    ),
    "no route to the peer {}: the host's PPP has not brought {} up yet": (
        "対向{}への経路がありません: ホストのPPPがまだ{}をアップしていません"
    ),
    "no route to the peer {} leaves by {}": "対向{}への{}経由の経路がありません",
    "the route to {} leaves by {}, not by {} ({})": "{}への経路は{}を使い、{}({})を使いません",
    "the route to the peer {} leads into the tunnel itself: route {} by another interface": (
        "対向{}への経路がトンネル自身に向いています: {}は別のインタフェースを通る経路にしてください"
    ),
    "add a route to the peer that leads to the internet": (
        "対向への経路(インターネット側)を追加してください"
    ),
    "there is a way to the peer": "対向への経路があります",
    "there are SAs with the peer": "対向とのSAがあります",
    "the peer's address is not known: it has to begin, and has not yet": (
        "対向のアドレスが不定のため、対向からの開始を待っています"
    ),
    "look at the peer: does it know our address, and does it begin?": (
        "対向を確認してください: こちらのアドレスを知っていますか。対向から開始しますか"
    ),
    "a negotiation is under way, and has no answer yet": "ネゴシエーション中で、まだ応答がありません",
    "ask again in half a minute": "30秒ほど後にもう一度確認してください",
    "there is a key, or a certificate": "鍵または証明書があります",
    "the peer answers": "対向は応答しています",
    "both sides agree on phase 1": "フェーズ1の折衝は合意しています",
    "both sides know each other": "認証は成功しています",
    "the last SA is gone since {}: {}": "{}に最後のSAが消滅しました: {}",
    "see whether the peer still answers; a packet into the tunnel begins anew": (
        "対向が応答するか確認してください。トンネル宛のパケットで再開します"
    ),
    "{} packets of the peer were dropped, most for: {}": "対向からの{}パケットを破棄しました。主な理由: {}",
    "compare the counters of both sides, and capture the packets": (
        "両側のカウンタを比較し、パケットをキャプチャしてください"
    ),
    "the peer uses an old SA: clear the SAs there": (
        "対向が古いSAを使っています。対向でSAをクリアしてください"
    ),
    "compare the addresses that both sides say the tunnel is for": (
        "トンネルの対象アドレスの設定を両側で比較してください"
    ),
    "an SPI that we do not know": "未知のSPI",
    "a sequence number that was there before": "リプレイ",
    "a wrong integrity check value": "完全性検査の不一致",
    "it could not be decrypted": "復号の失敗",
    "it is too short": "パケット長の不足",
    "wrong padding": "パディングの誤り",
    "an inner protocol that is none": "不明な内側プロトコル",
    "no memory": "メモリ不足",
    "addresses that the SA is not for": "SAの対象外のアドレス",
    "malformed packets or fragments": "不正なパケットまたはフラグメント",
    "{} packets were dropped: no SA of the tunnel is for their addresses": (
        "{}パケットを破棄しました: アドレスがトンネルのSAの対象外です"
    ),
    "compare what the tunnel is for with where the packets come from: a ping needs its source": (
        "トンネルの対象アドレスとパケットの送信元を比較してください。pingでは送信元を指定してください"
    ),
    "{} packets went out and none came back": "{}パケットを送信しましたが、1つも戻りません",
    "look at the peer: does it count packets in? If not, ESP or UDP port 4500 is filtered on the way; if so, "
    "its route or filter for the answers is missing": (
        "対向の受信カウンタを確認してください。増えていなければ途中でESPかUDP 4500番が遮断されています。"
        "増えていれば対向の戻りの経路かフィルタを確認してください"
    ),
    "{} packets out, {} in": "送信{}パケット、受信{}パケット",
    "nothing has asked for the tunnel: no packet of the addresses that it is for has come by": (
        "トンネルの対象アドレスのパケットがまだ来ていないため、開始していません"
    ),
    "send one, with its source: is the access list right, and the route to the far network?": (
        "送信元を指定してパケットを送ってください。アクセスリストと対向ネットワークへの経路は正しいですか"
    ),
    "no route leads into {}: no packet goes there": "{}に向く経路がないため、パケットが入りません",
    "add a route to the far network by {}": "対向ネットワークへの経路を{}に向けて追加してください",
    "the route to {} is not in force": "{}への経路が有効になっていません",
    "the route to {} is not in force: {}": "{}への経路が有効になっていません: {}",
    "look at what else leads there, and at what watches it": "ほかの経路と経路監視を確認してください",
    "nothing has asked for the tunnel: no packet has gone into it yet": (
        "トンネルに入るパケットがまだないため、開始していません"
    ),
    "send one from behind this router, or keep the tunnel up always": (
        "LAN側からパケットを送るか、トンネルを常時接続にしてください"
    ),
    "routes lead into {}": "{}に向く経路があります",
    "the negotiation cannot even begin": "ネゴシエーションを開始できません",
    "configure what the log line misses": "ログの行にある不足を設定してください",
    "the peer does not answer the proposal of phase 2": "対向がフェーズ2の提案に応答しません",
    "look at the log of the peer: it has a reason that it does not tell": (
        "対向のログを確認してください。理由はそこにあります"
    ),
    "the peer is silent: nothing answers at UDP port 500": "対向が無応答です: UDP 500番に応答がありません",
    "ping the peer; is its address right, is UDP port 500 let through on the way and there, does it speak "
    "this version of IKE, does it know us?": (
        "対向にpingしてください。アドレスは正しいですか。UDP 500番は途中と対向で許可されていますか。"
        "対向のIKEのバージョンは同じですか。対向にこちらの設定がありますか"
    ),
    "the peer answers at first, and then is silent": "対向は最初は応答しましたが、その後は無応答です",
    "is UDP port 4500 let through, and large packets in fragments?": (
        "UDP 4500番とフラグメントパケットは許可されていますか"
    ),
    "compare the keys: with a wrong one it cannot read us, and some say nothing then": (
        "鍵を比較してください。鍵が違うと対向はこちらを復号できず、無応答になる装置があります"
    ),
    "one side does not believe who the other is ({})": "認証に失敗しました({})",
    "compare the keys or certificates and the identities of both sides, letter by letter": (
        "両側の鍵(証明書)とIDを1文字ずつ比較してください"
    ),
    "both sides do not agree on {}: {} offered {}, allowed {}": (
        "{}で合意できません: {}の提案は{}、許可は{}です"
    ),
    "the peer does not accept our {} ({})": "対向がこちらの{}を受け入れません({})",
    "let both sides have one in common": "両側に共通の値を設定してください",
    "compare the addresses that both sides say the tunnel is for: each is the mirror of the other": (
        "トンネルの対象アドレスを両側で比較してください。互いに鏡の関係になります"
    ),
    "compare the proposals of {} on both sides: encryption, hash, group, PFS": (
        "{}の提案(暗号、ハッシュ、グループ、PFS)を両側で比較してください"
    ),
    "phase 1": "フェーズ1",
    "phase 2": "フェーズ2",
}
