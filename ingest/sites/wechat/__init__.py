"""Articles of WeChat public accounts: mp.weixin.qq.com.

An article is (biz, mid, idx); short links, long links and temporary links are addresses of it. Pages of all kinds are
answered with HTTP 200, so a page is judged by what it holds, in this order: the structure of a captcha, an article
container with a body for its type, the words of a notice. Words count last: essays quote notices.
"""

from ingest.sites.wechat.addresses import HOSTS, LINK, NAME, address
from ingest.sites.wechat.article import READER
from ingest.sites.wechat.reader import owns, read

__all__ = ["HOSTS", "LINK", "NAME", "READER", "address", "owns", "read"]
