"""Runs nft(8)."""

import asyncio

NFT_TIMEOUT = 10.0


def safe(name: str) -> str:
    """A name as nftables takes them. Two never become one: what they cannot hold is spelt by its number."""
    return "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}_" for c in name)


async def run(script: str, *words: str, missing: str) -> tuple[str, str]:
    """Run nft on a script, or with words; what it prints, and its complaint, "" if it had none.

    `missing`: the complaint where there is no nft.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            "nft",
            *(words or ("-f", "-")),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except FileNotFoundError:
        return "", missing
    except OSError as error:
        return "", f"nft does not start: {error.strerror}"
    try:
        async with asyncio.timeout(NFT_TIMEOUT):
            text, errors = await process.communicate(script.encode())
    except TimeoutError:
        process.kill()
        await process.wait()
        return "", f"nft did not end within {NFT_TIMEOUT:.0f} s"
    if process.returncode == 0:
        return text.decode(errors="replace"), ""
    return "", errors.decode(errors="replace").strip().splitlines()[0] if errors else "nft refused"
