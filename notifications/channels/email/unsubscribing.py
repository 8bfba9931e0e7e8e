"""The headers by which mail programs offer to unsubscribe."""


def unsubscribe_headers(url: str) -> dict[str, str]:
    """RFC 2369, and RFC 8058 for one click, which wants https; nothing for a mail that is essential (no address)."""
    if not url:
        return {}
    one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if url.startswith("https://") else {}
    return {"List-Unsubscribe": f"<{url}>", **one_click}
