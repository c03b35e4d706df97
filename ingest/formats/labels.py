"""What may stand before a colon as the name of a speaker, and what may not: the word lists of ``turns``.

A wrong turn is worse than none, so everything that names a field, a step, a time or an act of speaking is no name.
"""

from __future__ import annotations

import re

HOST, GUEST, FLOOR = "host", "guest", "floor"
LONGEST = 20


def _words(spaced: str) -> frozenset[str]:
    return frozenset(spaced.split())


# Those who only speak: such a label alone says that somebody is asked or answers.
_SPEAKER = re.compile(
    r"(?:问|答|提问|回答|追问|记者|采访者|访谈者|受访者|被访者|主持|主持人|主播|嘉宾|我|甲|乙|丙|正方|反方|用户|助手"
    r"|Q|A|Human|Assistant|User|AI|ChatGPT|GPT|Claude|Interviewer|Host|Guest)\s*[A-Z\d一二三四五六七八九十]{0,3}",
    re.IGNORECASE,
)
_HOST_NAME = re.compile(r"(?:主持人?|主播|host|moderator)", re.IGNORECASE)
_FLOOR_NAME = re.compile(
    r"(?:现场|台下|线上)?(?:提问|观众|听众|网友|提问者)(?:者|提问)?\s*[A-Z\d一二三四五六七八九十]*"
)
_ROLE_WORDS = (
    (HOST, re.compile(r"主持|主播|host|moderator", re.IGNORECASE)),
    (GUEST, re.compile(r"嘉宾|受访|讲者|guest", re.IGNORECASE)),
    (FLOOR, re.compile(r"观众|听众|提问者")),
)
GENERIC = re.compile(r"(?:发言人|说话人|讲话人|speaker|spk)\s*[_-]?[A-Z\d一二三四五六七八九十]{1,3}", re.IGNORECASE)
_NUMBER = re.compile(r"[A-Z\d一二三四五六七八九十\s]+\Z", re.IGNORECASE)

# Counting words, times, parts of a day or of a text.
_ORDINAL = re.compile(
    r"(?:第?[\d〇零一二两三四五六七八九十百千]+[.)]?\s*(?:章|节|点|步|个|条|天|日|周|次|部分|层|种|类|集|期|季|课|回|幕|轮|场"
    r"|阶段|方面|年|月|时|分|秒|号|楼|题|问|关|版)?|其[一二三四五六七八九十次]|首先|然后|接着|最后|最终|另外|此外|总之"
    r"|(?:步骤|方案|图|表|例|附|注|案例|示例|问题|情况|阶段|part|step|day|case|figure|table|week)\s*[A-Z\d一二三四五六七八九十.]{1,4}"
    r"|(?:周|星期|礼拜)[一二三四五六日天]|[\d\s.:/年月日时分秒点-]+|[①-⑳])",
    re.IGNORECASE,
)
_FIELDS = _words(
    """
    书名 作者 译者 编者 编辑 校对 出版社 出版 页数 评分 豆瓣 片名 导演 编剧 主演 演员 类型 片长 上映 歌名 歌手 专辑
    作词 作曲 编曲 题目 标题 副标题 正文 摘要 关键词 关键字 引言 前言 目录 来源 出处 链接 网址 原文 译文 翻译 直译
    意译 原句 改写 例句 例如 比如 例 注 按 编者按 笔者按 附注 备注 说明 提示 注意 声明 评论 点评 短评 书评 影评 感想
    感受 心得 体会 收获 反思 复盘 启发 金句 摘抄 摘录 笔记 想法 观点 论点 论据 论文 论证 结论 结果 总结 小结 原因
    理由 背景 目标 目的 意义 价值 问题 答案 解析 思路 解法 方法 做法 步骤 措施 建议 方案 计划 进展 现状 现象 效果
    影响 优势 劣势 优点 缺点 亮点 槽点 看点 不足 好处 坏处 利 弊 优 劣 风险 机会 威胁 成本 收益 收入 支出 预算 价格
    金额 余额 数量 时间 日期 地点 人物 事件 起因 经过 天气 心情 温度 湿度 体重 身高 年龄 性别 职业 姓名 名称 名字
    单位 地址 电话 手机 微信 邮箱 公众号 版本 型号 品牌 尺寸 颜色 材质 食材 配料 用料 调料 早餐 早饭 午餐 午饭 晚餐
    晚饭 夜宵 早上 早晨 清晨 上午 中午 下午 傍晚 晚上 夜里 凌晨 今天 昨天 明天 今年 去年 以前 以后 之前 之后 过去
    现在 未来 修改前 修改后 输入 输出 提示词 指令 参数 返回 代码 数据 模型 任务 要求 条件 前提 假设 定义 概念 性质
    定理 证明 公式 中文 英文 英语 日文 汉语 拼音 发音 释义 词性 同义词 反义词 理想 现实 理论 实践 事实 真相 误区
    好消息 坏消息 甲方 乙方 丙方 状态 阶段 难度 等级 分类 标签 分享 推荐 推荐语 推荐理由 阅读 更多 结语 后记 尾声
    其他 其它 title author date url link http https ftp mailto note notes tip tips warning summary abstract keywords
    tags example input output result results pros cons name price version time source code error todo fixme prompt
    response else try finally default 结尾 开头 缘起 正题 闲话 题外话 预告 公告 通知 主题 议题 主办 承办 协办 时长
    语言 国家 地区 年份 季节 行业 领域 学校 专业 年级 班级 学历 经验 技能 工具 平台 系统 环境 硬件 软件 内存 显存
    显卡 速度 精度 训练 推理 测试 评测 对比 基线 改进 创新 局限 展望 致谢 参考 参考文献 附录 收件人 发件人 主送 抄送
    正例 反例 正确 错误 对 错 是 否 有 无 前 后 上 下 左 右 中 晴 雨 开始 结束 起床 睡觉 运动 跑步 学习 工作 休息
    吃饭 上联 下联 横批 谜面 谜底 关于 至于 第二 那么 于是 结局 剧情 画面 旁白 字幕 音乐 镜头 景别 台词
    """
)
_FIELD_ENDS = tuple(
    _words(
        """
        时间 日期 点 名称 方法 结果 原因 情况 内容 编号 价格 步骤 建议 思路 目标 率 度 是 如下 包括 例如 比如 意思
        问题 理由 版本 链接 地址 感受 总结
        """
    )
)
_SPEECH = re.compile(
    r"(?:说|道|问|答|曰|云|喊|叫|骂|想|写|讲|谈到|提到|回复|留言|告诉.{1,4}|表示|认为|指出|补充|解释|强调|透露|坦言|感叹|反驳|评价|总结"
    r"|笑了|叹气|摇头|点头|一句|句话)(?:过|到|着|了)?\Z"
)
_NOT_IN_A_NAME = re.compile(r"的|什么|怎么|为何|如何|因为|所以|但是|不过|https?|www\.|[/\\=$%&@^{}<>|`~]")
_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华魏陶姜戚谢邹窦章苏潘葛范彭鲁韦马苗凤方任袁柳唐费薛雷贺倪"
    "汤罗郝毕邬安常于傅卞齐康伍余顾孟黄穆萧尹姚邵汪毛贝臧成戴宋庞熊纪舒屈项祝董梁杜阮蓝闵季贾路江童颜郭梅林钟徐邱"
    "骆高夏蔡田樊胡霍万柯管卢莫房丁邓洪石崔吉龚程邢裴陆荣翁甄曲储段侯宁仇甘厉刘景龙叶黎白蒲赖乔温庄晏柴阎易廖耿欧"
    "文聂曾关肖谭申冉桂牛涂覃鲍史辛谷苟闫"
)
_NICKNAME = re.compile(r"[老小阿大][\u4e00-\u9fff]")
_TITLED = re.compile(r".{1,8}(?:老师|教授|博士|先生|女士|同学|主任|院长|院士|总|导|律师|医生|师兄|师姐|老板)")
_HAN = re.compile(r"[\u4e00-\u9fff·]{2,4}")


def is_name(name: str) -> bool:
    """Whether a label may be a speaker's."""
    if is_speaker(name):
        return True
    if name.casefold() in _FIELDS or name.endswith(_FIELD_ENDS) or _ORDINAL.fullmatch(name):
        return False
    return not (_SPEECH.search(name) or _NOT_IN_A_NAME.search(name))


def is_speaker(name: str) -> bool:
    """Whether a label is one of those that only speakers have."""
    return bool(_SPEAKER.fullmatch(name) or GENERIC.fullmatch(name) or role_of_name(name))


def is_person(name: str) -> bool:
    """Whether a label looks like a Chinese person: a surname and a given name, a nickname, a title."""
    if is_speaker(name) or _NICKNAME.fullmatch(name) or _TITLED.fullmatch(name):
        return True
    return bool(_HAN.fullmatch(name)) and name[0] in _SURNAMES


def family(name: str) -> str:
    """The name by which turns are counted: ``Q1`` and ``Q2`` are one speaker's."""
    return name[0].upper() + _NUMBER.sub("", name[1:]) if _SPEAKER.fullmatch(name) else name


def role_of_name(name: str) -> str | None:
    """The role that a label names by itself."""
    if _HOST_NAME.fullmatch(name):
        return HOST
    return FLOOR if _FLOOR_NAME.fullmatch(name) else None


def role_in(note: str | None) -> str | None:
    """The role that stands in brackets beside a name."""
    return next((role for role, words in _ROLE_WORDS if note and words.search(note)), None)
