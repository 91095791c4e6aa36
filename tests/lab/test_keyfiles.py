from pathlib import Path

from kakehashi.lab.keyfiles import write_profile

IKE = '0102030405060708,1112131415161718,aa,bb,"AES-CBC-256 [RFC3602]",cc,dd,"HMAC_SHA1_96 [RFC2404]"\n'
ESP = '"IPv4","{}","{}","0xc0ffee01","AES-CBC [RFC3602]","0xaa","HMAC-SHA-1-96 [RFC2404]","0xbb"\n'


def test_what_both_gateways_wrote_is_written_once_and_for_any_link(tmp_path: Path) -> None:
    for name, source, destination in (("a", "10.1.0.1", "10.2.0.1"), ("b", "198.18.0.1", "10.2.0.1")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "ikev2_decryption_table").write_text(IKE)
        (folder / "esp_sa").write_text(ESP.format(source, destination))
    out = tmp_path / "out"
    out.mkdir()
    write_profile([tmp_path / "a", tmp_path / "b", tmp_path / "never-started"], out)
    assert (out / "ikev2_decryption_table").read_text() == IKE
    assert (out / "esp_sa").read_text() == ESP.format("*", "*")
    assert "esp.enable_encryption_decode: TRUE" in (out / "preferences").read_text()
    assert (out / "esp_sa").stat().st_mode & 0o077 == 0
