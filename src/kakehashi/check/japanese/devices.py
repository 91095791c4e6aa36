"""What each maker's devices show and log. The devices' own words stay as they are."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "`show isakmp sa` has no SA; {}": "`show isakmp sa`にSAがありません。{}",
    "`show isakmp sa` has no SA: no matching peer": "`show isakmp sa`にSAがありません(一致する対向なし)",
    "`show isakmp sa` has an SA, `show ipsec sa` none; {}": (
        "`show isakmp sa`にはSAがあり、`show ipsec sa`にはありません。{}"
    ),
    "all is well until the first rekey; then {} at CREATE_CHILD_SA": (
        "最初のリキーまでは正常で、その後CREATE_CHILD_SAで{}になります"
    ),
    "`show isakmp sa` has no SA; `show interface` of the tunnel is down": (
        "`show isakmp sa`にSAがなく、トンネルの`show interface`がdownです"
    ),
    "the counters of one direction alone rise": "片方向のカウンタだけが増えます",
    "`show crypto isakmp sa` stays at MM_NO_STATE; `debug crypto isakmp`: no offers accepted!": (
        "`show crypto isakmp sa`がMM_NO_STATEのままです。`debug crypto isakmp`: no offers accepted!"
    ),
    "`show crypto isakmp sa` stays at AG_NO_STATE; `debug crypto isakmp`: no offers accepted!": (
        "`show crypto isakmp sa`がAG_NO_STATEのままです。`debug crypto isakmp`: no offers accepted!"
    ),
    "`show crypto isakmp sa` stays at AG_INIT_EXCH and never comes to AG_AUTH: the hash by which the other "
    "side proves its key is wrong": (
        "`show crypto isakmp sa`がAG_INIT_EXCHのままでAG_AUTHになりません。対向が鍵を証明するハッシュが"
        "一致しません"
    ),
    "`show crypto isakmp sa` stays at AG_NO_STATE, or shows nothing": (
        "`show crypto isakmp sa`がAG_NO_STATEのままか、何も表示されません"
    ),
    "no IKEv2 SA; the log has {}": "IKEv2 SAがなく、ログに{}が出ます",
    "`show crypto isakmp sa` stays at MM_KEY_EXCH; the log says of the peer's message that it failed "
    "its sanity check or is malformed": (
        "`show crypto isakmp sa`がMM_KEY_EXCHのままで、ログに対向のメッセージについてfailed its sanity "
        "check or is malformedと出ます"
    ),
    "no pre-shared key found for the peer, or the ISAKMP profile is not matched": (
        "対向の事前共有鍵が見つからないか、ISAKMPプロファイルに一致しません"
    ),
    "the IKEv2 profile is not matched; AUTHENTICATION_FAILED": (
        "IKEv2プロファイルに一致しません。AUTHENTICATION_FAILED"
    ),
    "`show crypto isakmp sa` says QM_IDLE and `show crypto ipsec sa` has no SAs; the log has proxy "
    "identities not supported": (
        "`show crypto isakmp sa`はQM_IDLEで、`show crypto ipsec sa`にSAがありません。ログにproxy "
        "identities not supportedと出ます"
    ),
    "an IKEv2 SA without Child SA; the log has {}": "IKEv2 SAはありますがChild SAがなく、ログに{}が出ます",
    "`show crypto isakmp sa` says QM_IDLE and `show crypto ipsec sa` has no SAs; the log has proxy "
    "identities not supported, or NO-PROPOSAL-CHOSEN": (
        "`show crypto isakmp sa`はQM_IDLEで、`show crypto ipsec sa`にSAがありません。ログにproxy "
        "identities not supportedまたはNO-PROPOSAL-CHOSENと出ます"
    ),
    "all is well until the first rekey; then NO_PROPOSAL_CHOSEN and no Child SA any more": (
        "最初のリキーまでは正常で、その後NO_PROPOSAL_CHOSENとなりChild SAがなくなります"
    ),
    "`show crypto isakmp sa` stays at MM_NO_STATE, or shows nothing": (
        "`show crypto isakmp sa`がMM_NO_STATEのままか、何も表示されません"
    ),
    "`show crypto ikev2 sa` shows nothing": "`show crypto ikev2 sa`に何も表示されません",
    "`show crypto ipsec sa`: #pkts encaps rises, #pkts decaps stays 0": (
        "`show crypto ipsec sa`の#pkts encapsは増え、#pkts decapsは0のままです"
    ),
    "the log has IKE.016: No response from PEER, timeout; the counter of phase 1 failures rises": (
        "ログにIKE.016: No response from PEER, timeoutと出て、フェーズ1の失敗カウンタが増えます"
    ),
    "`show ikev2 sa` shows nothing; {}": "`show ikev2 sa`に何も表示されません。{}",
    "the counter of phase 1 hash errors rises": "フェーズ1のハッシュエラーのカウンタが増えます",
    "the peer is not matched": "対向に一致する設定が見つかりません",
    "`show ike sa` has an SA, `show ipsec sa` none; the log has SEC.018: No SP for outbound packet": (
        "`show ike sa`にはSAがあり、`show ipsec sa`にはありません。ログにSEC.018: No SP for outbound "
        "packetと出ます"
    ),
    "the IKE SA stands without Child SA; {}": "IKE SAは確立しますがChild SAがありません。{}",
    "all is well until the first rekey; then `show ikev2 child-sa` shows nothing": (
        "最初のリキーまでは正常で、その後`show ikev2 child-sa`に何も表示されなくなります"
    ),
    "the log has IKE.016: No response from PEER, timeout": (
        "ログにIKE.016: No response from PEER, timeoutと出ます"
    ),
    "the log has FLT.008: BLOCK udp PEER:500 > OWN:500": (
        "ログにFLT.008: BLOCK udp PEER:500 > OWN:500と出ます"
    ),
}
