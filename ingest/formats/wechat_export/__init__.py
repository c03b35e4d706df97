"""Lists of WeChat articles that other tools saved, and their pages whose scripts those tools removed.

Three lists are known: wechat-article-exporter's JSON (one array) and its Excel sheet, and the account history of older
tools (one JSON object a push). Such a list knows what an exported page has lost: identity, time, author. A page is
joined with the one entry that it belongs to, on evidence, in this order: an address in the page, its title, the name
of its file or folder, its text. What fits several entries, or none, stays without identity.
"""

from ingest.formats.wechat_export.completing import complete
from ingest.formats.wechat_export.joining import Entries, Joined
from ingest.formats.wechat_export.lists import Listed, read_list

__all__ = ["READER", "Entries", "Joined", "Listed", "complete", "read_list"]

READER = "wechat_export/2"
